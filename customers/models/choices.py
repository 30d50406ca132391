"""The field's value sets, stored in lower snake case and shown translated."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CustomerKind(TextChoices):
    ORGANIZATION = "organization", _("Organisation")
    INDIVIDUAL = "individual", _("Individual")


class CustomerStatus(TextChoices):
    PROSPECT = "prospect", _("Prospect")
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class CustomerType(TextChoices):
    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner")
    RESELLER = "reseller", _("Reseller")
    INVESTOR = "investor", _("Investor")
    COMPETITOR = "competitor", _("Competitor")
    SUPPLIER = "supplier", _("Supplier")
    PRESS = "press", _("Press")
    OTHER = "other", _("Other")


class IdentifierKind(TextChoices):
    REGISTER = "register", _("Register number")
    LEI = "lei", _("LEI")
    DUNS = "duns", _("D-U-N-S")
    GLN = "gln", _("GLN")
    CUSTOMER_NUMBER = "customer_number", _("Customer number")
    SUPPLIER_NUMBER = "supplier_number", _("Supplier number")
    OTHER = "other", _("Other")


class ContactType(TextChoices):
    PRIMARY = "primary", _("Primary")
    BILLING = "billing", _("Billing")
    TECHNICAL = "technical", _("Technical")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    EVALUATOR = "evaluator", _("Evaluator")
    INFLUENCER = "influencer", _("Influencer")
    OTHER = "other", _("Other")


class LeadStatus(TextChoices):
    NEW = "new", _("New")
    CONTACTED = "contacted", _("Contacted")
    NURTURE = "nurture", _("Nurture")
    QUALIFIED = "qualified", _("Qualified")
    UNQUALIFIED = "unqualified", _("Unqualified")
    CONVERTED = "converted", _("Converted")
    JUNK = "junk", _("Junk")


class Source(TextChoices):
    WEB_SITE = "web_site", _("Web site")
    REFERRAL = "referral", _("Referral")
    COLD_CALL = "cold_call", _("Cold call")
    EVENT = "event", _("Event")
    PARTNER = "partner", _("Partner")
    EMAIL = "email", _("E-mail")
    CAMPAIGN = "campaign", _("Campaign")
    ADVERTISEMENT = "advertisement", _("Advertisement")
    SOCIAL = "social", _("Social media")
    EXISTING_CUSTOMER = "existing_customer", _("Existing customer")
    IMPORT = "import", _("Import")
    API = "api", _("API")
    OTHER = "other", _("Other")


class Rating(TextChoices):
    HOT = "hot", _("Hot")
    WARM = "warm", _("Warm")
    COLD = "cold", _("Cold")


class LeadType(TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    PARTNER = "partner", _("Partner")
    OTHER = "other", _("Other")


class Visibility(TextChoices):
    INTERNAL = "internal", _("Internal")
    EXTERNAL = "external", _("External")


class Priority(TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    POST = "post", _("Post")
    SMS = "sms", _("Text message")
    OTHER = "other", _("Other")


class ConsentStatus(TextChoices):
    GRANTED = "granted", _("Granted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNKNOWN = "unknown", _("Not asked")


class LawfulBasis(TextChoices):
    """Article 6 (1) of the GDPR, as far as it concerns a message to a person."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")


class DocumentType(TextChoices):
    CONTRACT = "contract", _("Contract")
    OFFER = "offer", _("Offer")
    INVOICE = "invoice", _("Invoice")
    IDENTIFICATION = "identification", _("Proof of identity")
    REGISTRATION = "registration", _("Register extract")
    CERTIFICATE = "certificate", _("Certificate")
    CORRESPONDENCE = "correspondence", _("Correspondence")
    OTHER = "other", _("Other")


class DocumentStatus(TextChoices):
    PENDING = "pending", _("Pending")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


class ScanState(TextChoices):
    UNSCANNED = "unscanned", _("Not scanned")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")


class BillingCycle(TextChoices):
    ONCE = "once", _("Once")
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    HALF_YEARLY = "half_yearly", _("Half-yearly")
    YEARLY = "yearly", _("Yearly")


class PaymentPreference(TextChoices):
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    DIRECT_DEBIT = "direct_debit", _("Direct debit")
    CARD = "card", _("Card")
    CHEQUE = "cheque", _("Cheque")
    OTHER = "other", _("Other")


class InvoiceDelivery(TextChoices):
    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    E_INVOICE = "e_invoice", _("Electronic invoice")
    PORTAL = "portal", _("Customer's portal")


class NoteCategory(TextChoices):
    GENERAL = "general", _("General")
    DECISION = "decision", _("Decision")
    COMPLAINT = "complaint", _("Complaint")
    REQUEST = "request", _("Request")
    RISK = "risk", _("Risk")
    BACKGROUND = "background", _("Background")
