"""The process of the event stream (docs/notifications.md). Pages are answered by crm.wsgi, which is four times faster.

It sends no mail and runs no job: the other processes do.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_asgi_application()
