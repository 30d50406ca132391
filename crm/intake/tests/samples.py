"""Reports and letters in the shapes that servers and programs send them, about a delivery of ours."""

TO = "gone@acme.example"


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def postfix(pk, to=TO, status="5.1.1", action="failed", said="550 5.1.1 <gone@acme.example>: User unknown"):
    """Postfix: multipart/report with the whole mail behind it."""
    return crlf(f"""\
Return-Path: <>
Date: Sat, 28 Nov 2026 10:00:00 +0000 (UTC)
From: MAILER-DAEMON@mx.acme.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: crm@vouch.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B1.1764324000/mx.acme.example"
Message-Id: <20261128100000.4F1@mx.acme.example>

This is a MIME-encapsulated message.

--9B1.1764324000/mx.acme.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.acme.example.

--9B1.1764324000/mx.acme.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example
X-Postfix-Queue-ID: 9B1
Arrival-Date: Sat, 28 Nov 2026 09:59:58 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.acme.example
Diagnostic-Code: smtp; {said}

--9B1.1764324000/mx.acme.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Message-ID: <{pk}@vouch.example>
From: Vouch <crm@vouch.example>
To: {to}
Subject: News

Hello

--9B1.1764324000/mx.acme.example--
""")


def exchange(pk, to=TO):
    """Exchange Online: HTML for people, the report, and the headers of the mail alone."""
    return crlf(f"""\
From: <postmaster@acme.onmicrosoft.example>
To: <crm@vouch.example>
Date: Sat, 28 Nov 2026 10:00:00 +0000
Content-Type: multipart/report; report-type=delivery-status; boundary="b1_exchange"
MIME-Version: 1.0
Message-ID: <8c1@acme.onmicrosoft.example>
In-Reply-To: <{pk}@vouch.example>
References: <{pk}@vouch.example>
Subject: Undeliverable: News
Auto-Submitted: auto-replied

--b1_exchange
Content-Type: multipart/alternative; boundary="b2_exchange"

--b2_exchange
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to {to} couldn't be delivered=2E

--b2_exchange--
--b1_exchange
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.prod.outlook.example
Received-From-MTA: dns;mail.vouch.example
Arrival-Date: Sat, 28 Nov 2026 09:59:59 +0000

Final-Recipient: rfc822;{to}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup
X-Display-Name: gone

--b1_exchange
Content-Type: text/rfc822-headers

Received: from mail.vouch.example (192.0.2.1) by AM0PR01
Message-ID: <{pk}@vouch.example>
From: Vouch <crm@vouch.example>
To: <{to}>
Subject: News

--b1_exchange--
""")


def gmail(pk, to=TO):
    """Gmail: from mailer-daemon@googlemail.com, with a status of 5.1.1 and a diagnostic of several lines."""
    return crlf(f"""\
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
To: crm@vouch.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <{pk}@vouch.example>
In-Reply-To: <{pk}@vouch.example>
X-Failed-Recipients: {to}
Message-ID: <6927.1050@google.example>
Date: Sat, 28 Nov 2026 02:00:00 -0800 (PST)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="00000000000057"; report-type=delivery-status

--00000000000057
Content-Type: multipart/related; boundary="0000000000005f"

--0000000000005f
Content-Type: text/html; charset="UTF-8"

<html><body><h1>Address not found</h1></body></html>

--0000000000005f--
--00000000000057
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Sat, 28 Nov 2026 01:59:59 -0800 (PST)
X-Original-Message-ID: <{pk}@vouch.example>

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.example. (192.0.2.26, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or
 550 5.1.1 unnecessary spaces.
Last-Attempt-Date: Sat, 28 Nov 2026 02:00:00 -0800 (PST)

--00000000000057
Content-Type: message/rfc822

From: Vouch <crm@vouch.example>
To: {to}
Message-ID: <{pk}@vouch.example>
Subject: News

Hello
--00000000000057--
""")


def qmail(pk, to=TO):
    """A server that sends no report but prose, with the mail below it."""
    return crlf(f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.acme.example
To: crm@vouch.example
Date: 28 Nov 2026 10:00:00 -0000
Subject: failure notice

Hi. This is the qmail-send program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <{pk}@vouch.example>
From: Vouch <crm@vouch.example>
To: {to}

Hello
""")


def complaint(pk, to=TO, kind="abuse"):
    """A feedback loop (RFC 5965); many leave the reader's address out."""
    named = f"Original-Rcpt-To: {to}\n" if to else ""
    return crlf(f"""\
From: <feedback@provider.example>
To: crm@vouch.example
Date: Sat, 28 Nov 2026 10:00:00 +0000
Subject: FW: News
MIME-Version: 1.0
Message-ID: <arf-1@provider.example>
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message.
--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{named}
--part1
Content-Type: message/rfc822

From: <crm@vouch.example>
To: undisclosed
Message-ID: <{pk}@vouch.example>
Subject: News

Hello
--part1--
""")


def letter(sender, to, body="Hello", message_id="<letter-1@acme.example>", **headers):
    lines = {"From": sender, "To": to, "Subject": "An offer", "Date": "Sat, 28 Nov 2026 10:00:00 +0000"}
    lines |= {"Message-ID": message_id} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    return crlf(f"{head}Content-Type: text/plain; charset=utf-8\n\n{body}\n")
