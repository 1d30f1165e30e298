"""What the sample partner sells, and what its customers ask for help with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """One offer: twelve-character product, four-character SKU, monthly price per seat in EUR cents."""

    name: str
    product: str
    sku: str
    price_cents: int

    @property
    def sku_id(self) -> str:
        """Product and SKU as Partner Center writes them together."""
        return f"{self.product}:{self.sku}"


SEATS: tuple[tuple[Product, int], ...] = (
    (Product("Microsoft 365 Business Basic", "CFQ7TTC0LH18", "0001", 560), 18),
    (Product("Microsoft 365 Business Standard", "CFQ7TTC0LDPB", "0001", 1170), 20),
    (Product("Microsoft 365 Business Premium", "CFQ7TTC0LCHC", "0002", 2060), 22),
    (Product("Office 365 E3", "CFQ7TTC0LF8R", "0001", 2340), 6),
    (Product("Microsoft 365 E3", "CFQ7TTC0LFLX", "0009", 3570), 8),
    (Product("Microsoft 365 E5", "CFQ7TTC0LFLZ", "0002", 5470), 3),
    (Product("Exchange Online (Plan 1)", "CFQ7TTC0LH16", "0001", 370), 8),
    (Product("Teams Phone Standard", "CFQ7TTC0LH0T", "0001", 940), 6),
    (Product("Microsoft Entra ID P2", "CFQ7TTC0LFK5", "0001", 840), 4),
    (Product("Power BI Pro", "CFQ7TTC0L3PB", "0001", 1310), 7),
    (Product("Visio Plan 2", "CFQ7TTC0HD32", "0006", 1400), 3),
    (Product("Dynamics 365 Business Central Essentials", "CFQ7TTC0LHD8", "0001", 6550), 4),
    (Product("Windows 365 Business 2 vCPU, 8 GB, 128 GB", "CFQ7TTC0J203", "000Y", 4080), 2),
)
LEGACY: tuple[tuple[Product, int], ...] = (
    (Product("Office 365 E1 (legacy)", "0CB6A4F2C3E1", "006G", 830), 5),
    (Product("Enterprise Mobility + Security E3 (legacy)", "0CB6A4F2D7A9", "00E3", 890), 3),
    (Product("Project Online Essentials (legacy)", "0CB6A4F2E9B0", "0007", 590), 2),
)
AZURE = Product("Azure plan", "DZH318Z0BPS6", "0001", 0)

# List price by currency, in hundredths of the EUR price.
PRICE_LEVELS = {"EUR": 100, "USD": 108, "GBP": 86}


@dataclass(frozen=True)
class Category:
    """One category of support cases; `topics` are pairs of subcategory and title."""

    name: str
    support_type: str
    weight: int
    topics: tuple[tuple[str, str], ...]


CATEGORIES: tuple[Category, ...] = (
    Category("Invoices and billing", "billing", 15, (
        ("Charge not understood", "Question about a charge on the last invoice"),
        ("Invoice copy", "Please send the invoice again"),
        ("Payment details", "Bank details changed"),
        ("Tax", "VAT number missing on the invoice"),
    )),
    Category("Reconciliation", "billing", 5, (
        ("Seat count differs", "Seats billed do not match seats used"),
        ("Azure consumption", "Azure consumption differs from the portal"),
        ("Proration", "How was the proration worked out?"),
    )),
    Category("Purchase and provisioning", "subscription_management", 11, (
        ("New subscription", "New subscription does not show up"),
        ("Order failed", "Order stopped with an error"),
        ("Trial to paid", "Turn the trial into a paid subscription"),
        ("Renewal", "Question before the renewal"),
    )),
    Category("Licences and seats", "subscription_management", 14, (
        ("Add seats", "Add seats for new starters"),
        ("Remove seats", "Remove seats at renewal"),
        ("Assign licence", "Licence cannot be assigned"),
        ("Upgrade", "Move users to a higher plan"),
    )),
    Category("Credit or refund", "billing", 5, (
        ("Accidental purchase", "Bought twice by mistake"),
        ("Service outage", "Credit for last week's outage"),
        ("Cancelled in window", "Cancelled within seven days, refund expected"),
    )),
    Category("Sign-in and identity", "technical", 13, (
        ("Multi-factor sign-in", "New phone, cannot approve the sign-in"),
        ("Password reset", "Self-service password reset does not work"),
        ("Conditional access", "Blocked by a conditional access rule"),
        ("Directory sync", "Directory synchronisation reports errors"),
    )),
    Category("Mail and calendar", "technical", 14, (
        ("Delivery", "Mail to one recipient comes back"),
        ("Shared mailbox", "Shared mailbox not shown in Outlook"),
        ("Spam and phishing", "Suspicious mail passed the filter"),
        ("Calendar", "Room calendar shows wrong times"),
    )),
    Category("Azure", "technical", 8, (
        ("Virtual machine", "Virtual machine does not start"),
        ("Quota", "Quota increase for a region"),
        ("Backup", "Backup job fails every night"),
        ("Networking", "Site-to-site tunnel drops"),
    )),
    Category("Teams and calling", "technical", 9, (
        ("Call quality", "Calls break up in the afternoon"),
        ("Number porting", "Port the main number"),
        ("Meeting", "Guests wait in the lobby for ever"),
    )),
    Category("Devices and activation", "technical", 6, (
        ("Office activation", "Office asks for activation again"),
        ("Windows activation", "Windows not activated after a repair"),
        ("Enrolment", "Laptop cannot be enrolled"),
    )),
)

# Who answers cases at the partner.
ASSIGNEES = (
    "henry.okafor@partner.example", "lena.brandt@partner.example", "mateo.ruiz@partner.example", "yasmin.haddad@partner.example",
)
CHANNELS = (("portal", 40), ("email", 35), ("phone", 20), ("chat", 5))
