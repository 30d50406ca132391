"""Run by test_previous_release.py with the code of the release before on its path, on a schema that is newer than it.

Signs in, lists, creates and changes, by pages and by the API, as somebody who works in it while a new one is rolled in.
"""

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Membership, Role, Team  # noqa: E402

PASSWORD = "Lantern-over-harbour-7"
LISTS = ("customers", "contacts", "leads", "deals", "activities")
team = Team.objects.create(name="Previous release")
user = get_user_model().objects.create_user("rollout@vouch.example", PASSWORD, role=Role.objects.get(name="superadmin"))
Membership.objects.create(user=user, team=team)
client = Client(SERVER_NAME="localhost")


def expect(answer, *statuses):
    assert answer.status_code in statuses, (answer.request["PATH_INFO"], answer.status_code, answer.content[:500])
    return answer


expect(client.get("/health/ready"), 200)
expect(client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}), 302)
expect(client.get("/"), 200)
for name in LISTS:
    expect(client.get(f"/api/v1/{name}"), 200)
made = client.post("/api/v1/customers", {"name": "Rollout Ltd", "team": str(team.pk)}, content_type="application/json")
pk = expect(made, 201).json()["id"]
path = f"/api/v1/customers/{pk}"
headers = {"If-Match": expect(client.get(path), 200).get("ETag", "*")}
expect(client.patch(path, {"name": "Rollout Inc"}, content_type="application/json", headers=headers), 200)
lead = {"last_name": "Birch", "company_name": "Acme", "team": str(team.pk)}
expect(client.post("/api/v1/leads", lead, content_type="application/json"), 201, 400)
expect(client.get("/customers/"), 200)
expect(client.get(f"/customers/{pk}/"), 200)
expect(client.delete(path, headers={"If-Match": expect(client.get(path), 200).get("ETag", "*")}), 204, 200)
