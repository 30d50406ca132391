from django.urls import path

from crm.agents.views import AgentsView, ResourceMetadata
from crm.core.responses import AGENTS, METADATA

app_name = "agents"

urlpatterns = [
    path(AGENTS[1:], AgentsView.as_view(), name="mcp"),
    path(f"{METADATA}{AGENTS}"[1:], ResourceMetadata.as_view(), name="metadata"),
]
