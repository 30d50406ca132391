"""The mails about people's accounts, with the words they are shipped with. A mail never holds a password or key."""

from django.utils.translation import gettext_lazy as _

from crm.outbox.mail_kinds import MailKind, Variable

LINK = Variable(_("The link that does it; it works once."), "https://crm.example.com/a-link", is_link=True)
NAME = Variable(_("What the person is called."), "Olive Owner")
NEW = Variable(_("The new address."), "olive@new.example")

INVITATION = MailKind(
    name="invitation",
    label=_("Invitation"),
    about=_("Somebody is invited to work here."),
    subject=_("{{ sender }} invites you to {{ product }}"),
    text=_("""{{ sender }} invites you to work with them in {{ product }}.

Choose a password, and you are in:

{{ link }}

The link works once, until {{ until }}. If you did not expect it, do nothing."""),
    html=_("""<h2>You are invited</h2>
<p>{{ sender }} invites you to work with them in {{ product }}. Choose a password, and you are in.</p>
<p><a class="button" href="{{ link }}">Accept the invitation</a></p>
<p>The link works once, until {{ until }}. If you did not expect it, do nothing.</p>
<p class="muted">{{ link }}</p>"""),
    variables={
        "sender": Variable(_("Who invites."), "Ada Admin"),
        "link": LINK,
        "until": Variable(_("When the link ends."), "5 Dec 2026, 14:00 CET"),
    },
    opens=True,
)

WELCOME = MailKind(
    name="welcome",
    label=_("Welcome"),
    about=_("Somebody accepted their invitation."),
    subject=_("Welcome to {{ product }}"),
    text=_("""Welcome, {{ name }}.

Your account is ready. You sign in as {{ email }}:

{{ public_url }}

If it was not you who accepted the invitation, tell an administrator."""),
    html=_("""<h2>Welcome, {{ name }}</h2>
<p>Your account is ready. You sign in as {{ email }}.</p>
<p><a class="button" href="{{ public_url }}">Open {{ product }}</a></p>
<p>If it was not you who accepted the invitation, tell an administrator.</p>"""),
    variables={"name": NAME, "email": Variable(_("How they sign in."), "olive@north.example")},
)

PASSWORD_RESET = MailKind(
    name="password_reset",
    label=_("Password reset"),
    about=_("Somebody asked for a new password."),
    subject=_("Set a new password"),
    text=_("""Somebody asked for a new password for {{ email }} in {{ product }}. Choose one here:

{{ link }}

The link works once, for an hour. If you did not ask for it, do nothing: your password stays as it is."""),
    html=_("""<h2>Set a new password</h2>
<p>Somebody asked for a new password for {{ email }} in {{ product }}.</p>
<p><a class="button" href="{{ link }}">Choose a password</a></p>
<p>The link works once, for an hour. If you did not ask for it, do nothing: your password stays as it is.</p>
<p class="muted">{{ link }}</p>"""),
    variables={"email": Variable(_("Whose password it is."), "olive@north.example"), "link": LINK},
    opens=True,
)

PASSWORD_CHANGED = MailKind(
    name="password_changed",
    label=_("Password changed"),
    about=_("A password was changed or reset."),
    subject=_("Your password was changed"),
    text=_("""{{ name }}, your password was changed. Every other session and every application
that worked in your name was signed out by it.

If it was not you, reset your password now and tell an administrator:

{{ public_url }}"""),
    html=_("""<h2>Your password was changed</h2>
<p>{{ name }}, every other session and every application that worked in your name was signed out by it.</p>
<p>If it was not you, reset your password now and tell an administrator.</p>
<p><a class="button" href="{{ public_url }}">Open {{ product }}</a></p>"""),
    variables={"name": NAME},
)

EMAIL_CONFIRM = MailKind(
    name="email_confirm",
    label=_("Verification of an address"),
    about=_("To a new address, whose owner has to confirm it."),
    subject=_("Confirm your new e-mail address"),
    text=_("""You asked to sign in to {{ product }} as {{ new }}. Confirm the address:

{{ link }}

The link works once, for a day, while you are signed in. If you did not ask for it, do nothing."""),
    html=_("""<h2>Confirm your new e-mail address</h2>
<p>You asked to sign in to {{ product }} as {{ new }}.</p>
<p><a class="button" href="{{ link }}">Confirm the address</a></p>
<p>The link works once, for a day, while you are signed in. If you did not ask for it, do nothing.</p>
<p class="muted">{{ link }}</p>"""),
    variables={"new": NEW, "link": LINK},
    opens=True,
)

EMAIL_REQUESTED = MailKind(
    name="email_requested",
    label=_("Change of address asked for"),
    about=_("To the old address, before anything changes."),
    subject=_("Somebody asked to change your e-mail address"),
    text=_("""Somebody who is signed in as you asked to use {{ new }} instead of this address.
It changes once the link sent there is confirmed.

If it was not you, change your password now: that ends every other session.
Then tell an administrator.

{{ public_url }}"""),
    html=_("""<h2>Somebody asked to change your e-mail address</h2>
<p>They are signed in as you and asked to use {{ new }} instead of this address.
It changes once the link sent there is confirmed.</p>
<p>If it was not you, change your password now: that ends every other session. Then tell an administrator.</p>
<p><a class="button" href="{{ public_url }}">Open {{ product }}</a></p>"""),
    variables={"new": NEW},
)

EMAIL_CHANGED = MailKind(
    name="email_changed",
    label=_("Address changed"),
    about=_("To the old address, once it is no longer used."),
    subject=_("Your e-mail address was changed"),
    text=_("""You sign in to {{ product }} as {{ new }} now; this address is no longer used.

If it was not you, tell an administrator at once."""),
    html=_("""<h2>Your e-mail address was changed</h2>
<p>You sign in to {{ product }} as {{ new }} now; this address is no longer used.</p>
<p>If it was not you, tell an administrator at once.</p>"""),
    variables={"new": NEW},
)

FACTOR_NOTICE = MailKind(
    name="factor_notice",
    label=_("Second factor"),
    about=_("A way to sign in was added, removed, reset or used up."),
    subject=_("{{ product }}: {{ title }}"),
    text=_("""Hello {{ name }},

{{ sentence }}

When: {{ at }}
From: {{ address }}{% if agent %}, {{ agent }}{% endif %}

If this was you, there is nothing to do. If not, change your password at once and tell an administrator."""),
    html=_("""<h2>{{ title }}</h2>
<p>Hello {{ name }},</p>
<p>{{ sentence }}</p>
<table><tr><th>When</th><td>{{ at }}</td></tr>
<tr><th>From</th><td>{{ address }}{% if agent %}<br><small>{{ agent }}</small>{% endif %}</td></tr></table>
<p>If this was you, there is nothing to do. If not, change your password at once and tell an administrator.</p>"""),
    variables={
        "name": NAME,
        "title": Variable(_("What happened, as a title."), "A way to sign in was added"),
        "sentence": Variable(_("What happened."), "To your account was added: authenticator app."),
        "at": Variable(_("When."), "28 Nov 2026, 14:05 CET"),
        "address": Variable(_("From which network address."), "198.51.100.7"),
        "agent": Variable(_("With which program, where it said so."), "Firefox on Linux"),
    },
)

KEY_VARIABLES = {
    "name": NAME,
    "key": Variable(_("What the key is called."), "Nightly export"),
    "hint": Variable(_("Its last characters."), "4f2a"),
    "link": Variable(_("The page of the key."), "https://crm.example.com/accounts/api-keys/", is_link=True),
}

API_KEY_CREATED = MailKind(
    name="api_key_created",
    label=_("API key created"),
    about=_("Somebody has a new key that acts for them."),
    subject=_("A new API key: {{ key }}"),
    text=_("""Hello {{ name }},

the API key "{{ key }}" (…{{ hint }}) was created. It acts for you.

{{ link }}

If it was not you, revoke the key there, change your password and tell your administrator."""),
    html=_("""<h2>A new API key</h2>
<p>{{ name }}, the API key “{{ key }}” (…{{ hint }}) was created. It acts for you.</p>
<p><a class="button" href="{{ link }}">Look at the key</a></p>
<p>If it was not you, revoke the key there, change your password and tell your administrator.</p>"""),
    variables=KEY_VARIABLES,
)

API_KEY_ROTATED = MailKind(
    name="api_key_rotated",
    label=_("API key renewed"),
    about=_("A key has a successor."),
    subject=_("API key renewed: {{ key }}"),
    text=_("""Hello {{ name }},

the API key "{{ key }}" was renewed; the new one ends in {{ hint }} and acts for you. The old one stops working soon.

{{ link }}

If it was not you, revoke the key there, change your password and tell your administrator."""),
    html=_("""<h2>An API key was renewed</h2>
<p>{{ name }}, “{{ key }}” has a successor, which ends in {{ hint }} and acts for you.
The old one stops working soon.</p>
<p><a class="button" href="{{ link }}">Look at the key</a></p>
<p>If it was not you, revoke the key there, change your password and tell your administrator.</p>"""),
    variables=KEY_VARIABLES,
)

API_KEY_REVOKED = MailKind(
    name="api_key_revoked",
    label=_("API key ended"),
    about=_("A key no longer works."),
    subject=_("API key ended: {{ key }}"),
    text=_("""Hello {{ name }},

the API key "{{ key }}" (…{{ hint }}) no longer works: {{ reason }}.

{{ link }}{% if leaked %}

Somebody found this key where others could read it. Look at what it did since then,
remove it from that place, and create a new one.{% endif %}"""),
    html=_("""<h2>An API key ended</h2>
<p>{{ name }}, the API key “{{ key }}” (…{{ hint }}) no longer works: {{ reason }}.</p>
{% if leaked %}<p class="box">Somebody found this key where others could read it.
Look at what it did since then, remove it from that place, and create a new one.</p>{% endif %}
<p><a class="button" href="{{ link }}">Look at the key</a></p>"""),
    variables={
        **KEY_VARIABLES,
        "reason": Variable(_("Why."), "Leaked"),
        "leaked": Variable(_("There where somebody found it in a public place."), "yes"),
    },
)

API_KEY_EXPIRING = MailKind(
    name="api_key_expiring",
    label=_("API key expires soon"),
    about=_("A key ends within days, and its programs with it."),
    subject=_("API key expires soon: {{ key }}"),
    text=_("""Hello {{ name }},

the API key "{{ key }}" (…{{ hint }}) expires on {{ until }}. Rotate it if it is still needed.

{{ link }}"""),
    html=_("""<h2>An API key expires soon</h2>
<p>{{ name }}, the API key “{{ key }}” (…{{ hint }}) expires on {{ until }}. Rotate it if it is still needed.</p>
<p><a class="button" href="{{ link }}">Look at the key</a></p>"""),
    variables={**KEY_VARIABLES, "until": Variable(_("When it ends."), "5 Dec 2026, 14:00")},
)

ACCOUNT_MAILS = (
    *(INVITATION, WELCOME, PASSWORD_RESET, PASSWORD_CHANGED, EMAIL_CONFIRM, EMAIL_REQUESTED, EMAIL_CHANGED),
    *(FACTOR_NOTICE, API_KEY_CREATED, API_KEY_ROTATED, API_KEY_REVOKED, API_KEY_EXPIRING),
)
