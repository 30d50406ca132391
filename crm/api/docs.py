"""The OpenAPI description and its browsable form; they describe the API and hold no data."""

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.access import public
from crm.core.errors import BadRequest
from crm.core.listing import refuse_unknown

RENDERERS = {"json": OpenApiJsonRenderer2, "yaml": OpenApiYamlRenderer2}


class SchemaNegotiation(DefaultContentNegotiation):
    """`?format=json|yaml` first, then `Accept`; JSON for whoever names neither."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        accepted = "yaml" if "yaml" in request.headers.get("Accept", "") else "json"
        wanted = request._request.GET.get("format", accepted)
        if wanted not in RENDERERS:
            raise BadRequest("format is json or yaml.", code="invalid_parameter")
        renderer = RENDERERS[wanted]()
        return renderer, renderer.media_type


@public("describes the API and holds no data")
class SchemaView(SpectacularAPIView):
    content_negotiation_class = SchemaNegotiation

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request._request.GET, {"format"})


@public("shows the public description of the API")
class DocsView(SpectacularSwaggerSplitView):
    """The page and its script, told apart by `?script=`; our template of it has no inline code."""

    url_name = "api:schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown(request._request.GET, {"script"})
        return super().get(request, *args, **kwargs)
