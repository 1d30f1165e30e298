"""What other systems call our columns and our words: English, Spanish, German; the first is the likeliest.

Only for a first guess that a person looks at. `guessing` compares words without accents, letter case and signs; words
that belong together in a name are separated by blanks here.
"""

from __future__ import annotations

from collections.abc import Mapping

# Names of a column whatever its kind.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id", "customer number", "customer no", "client id", "account id", "account number", "contact id", "customer", "client",
        "contact name", "contact", "account", "company", "organization", "organisation", "requester", "reporter", "caller", "customer name",
        "client name", "account name", "company name",
        "id cliente", "codigo cliente", "numero cliente", "cod cliente", "nif", "cif", "cliente", "nombre cliente", "razon social",
        "kundennr", "kundennummer", "kunden nr", "debitor", "debitorennr", "debitorennummer", "kunde", "kundenname", "firma",
    ),
    "customer_name": (
        "customer name", "client name", "account name", "company name", "contact name", "display name", "customer", "client", "company",
        "name", "nombre cliente", "razon social", "nombre", "cliente", "empresa", "kundenname", "kunde", "firma", "name des kunden",
    ),
    "currency": (
        "currency", "currency code", "invoice currency", "document currency", "moneda", "divisa", "codigo moneda",
        "codigo divisa", "waehrung",
        "wahrung", "wahrungscode", "wahrungskennzeichen",
    ),
    "amount_total": (
        "total", "amount", "invoice total", "total amount", "invoice amount", "grand total", "gross amount", "amount gross",
        "total incl tax",
        "total incl vat", "importe", "importe total", "total factura", "importe factura", "total con iva", "monto", "monto total",
        "betrag", "rechnungsbetrag", "gesamtbetrag", "bruttobetrag", "brutto", "summe",
    ),
    "exchange_rate": (
        "exchange rate", "currency rate", "fx rate", "conversion rate", "tipo de cambio", "tipo cambio", "wechselkurs", "umrechnungskurs",
    ),
    "due_on": (
        "due date", "due on", "date due", "payment due", "payment due date", "fecha vencimiento", "fecha de vencimiento", "vencimiento",
        "faelligkeit", "falligkeit", "falligkeitsdatum", "fallig am", "fallig", "zahlbar bis",
    ),
    "issued_on": (
        "issue date", "invoice date", "transaction date", "txn date", "issued on", "issued", "date issued",
        "document date", "posting date", "billing date", "date",
        "fecha factura", "fecha de factura", "fecha emision", "fecha de emision", "fecha documento", "fecha",
        "rechnungsdatum", "belegdatum", "ausstellungsdatum", "datum",
    ),
    "invoice_id": (
        "invoice id", "invoice number", "invoice no", "invoice nr", "invoice", "document number", "document no", "document id",
        "doc number", "bill number", "number",
        "numero factura", "numero de factura", "num factura", "n factura", "no factura", "id factura", "factura", "numero documento",
        "documento", "numero", "rechnungsnr", "rechnungsnummer", "rechnungs nr", "rechnung", "belegnr", "belegnummer", "beleg", "nummer",
    ),
    "invoice_number": ("invoice number", "invoice no", "document number", "numero factura", "numero de factura", "rechnungsnummer"),
    "invoice_status": ("invoice status", "status", "state", "estado", "estado factura", "rechnungsstatus", "zustand"),
    "credit_note_id": (
        "credit note id", "credit note number", "credit note", "credit memo", "credit memo number", "number", "nota de credito", "abono",
        "numero abono", "factura rectificativa", "gutschrift", "gutschriftnr", "gutschriftsnummer",
    ),
    "credit_note_status": ("credit note status", "status", "estado", "zustand"),
    "voided_on": ("voided on", "void date", "date voided", "cancelled on", "fecha anulacion", "storniert am", "stornodatum"),
    "description": ("description", "memo", "subject", "descripcion", "concepto", "asunto", "beschreibung", "betreff", "buchungstext"),
    "amount_paid": (
        "amount paid", "paid", "paid amount", "amount received", "payments", "total paid", "invoice amount paid", "pagado",
        "importe pagado",
        "cobrado", "importe cobrado", "total pagado", "monto pagado", "bezahlt", "bezahlter betrag", "gezahlt", "zahlbetrag",
    ),
    "paid_on": (
        "paid on", "payment date", "date paid", "paid date", "settled date", "fully paid on date", "fecha pago", "fecha de pago",
        "fecha cobro", "fecha de cobro", "bezahlt am", "zahlungsdatum", "zahldatum",
    ),
    "amount_outstanding_stated": (
        "amount due", "balance due", "balance", "open amount", "amount outstanding", "outstanding",
        "remaining amount", "invoice amount due",
        "residual amount", "open balance", "saldo", "saldo pendiente", "importe pendiente", "pendiente", "pendiente de cobro", "offen",
        "offener betrag", "restbetrag", "offener posten", "saldo offen",
    ),
    "stated_on": (
        "fully paid on date", "paid on", "payment date", "date paid", "settled date", "fecha pago", "fecha de pago", "fecha cobro",
        "fecha de cobro", "bezahlt am", "zahlungsdatum",
    ),
    "amount_unapplied_stated": (
        "unapplied amount", "remaining credit", "unapplied", "amount unapplied", "sin aplicar", "importe sin aplicar", "nicht zugeordnet",
    ),
    "payment_id": (
        "payment id", "payment number", "payment no", "transaction id", "receipt number", "payment", "id pago", "numero pago", "id cobro",
        "numero cobro", "recibo", "pago", "cobro", "zahlungsnr", "zahlungsnummer", "zahlung", "belegnr", "belegnummer",
    ),
    "received_on": (
        "received on", "payment date", "date received", "date", "value date", "paid on", "fecha pago", "fecha de pago", "fecha cobro",
        "fecha de cobro", "fecha valor", "fecha", "zahlungsdatum", "eingangsdatum", "wertstellung", "datum",
    ),
    "payment_method": ("payment method", "method", "metodo de pago", "forma de pago", "zahlungsart", "zahlungsweise"),
    "reference": ("reference", "ref", "payment reference", "referencia", "referenz", "verwendungszweck"),
    "allocation_id": ("allocation id", "application id", "id asignacion"),
    "amount_applied": ("amount applied", "applied amount", "amount", "importe aplicado", "importe", "zugeordneter betrag", "betrag"),
    "applied_on": ("applied on", "application date", "date", "fecha aplicacion", "fecha", "datum"),
    "source_id": ("payment id", "source id", "credit note id", "id pago", "zahlungsnr"),
    "source_type": ("source type", "type", "tipo", "art"),
    "instalment_number": ("instalment number", "installment number", "instalment", "numero de plazo", "plazo", "rate nr", "ratennummer"),
    "case_id": (
        "case id", "ticket id", "ticket number", "case number", "incident number", "incident id", "issue key", "ticket",
        "case", "key", "number", "id",
        "id caso", "numero caso", "numero de ticket", "caso", "incidencia", "ticketnr", "ticketnummer", "fallnummer", "vorgangsnummer",
    ),
    "case_category": (
        "category", "case category", "type", "ticket type", "issue type", "topic", "categoria", "tipo", "kategorie", "typ", "art",
    ),
    "case_subcategory": ("subcategory", "sub category", "subcategoria", "unterkategorie"),
    "case_status": ("status", "state", "case status", "ticket status", "incident state", "estado", "zustand"),
    "opened_at": (
        "opened at", "created at", "created", "opened", "created time", "created on", "create date", "date opened", "open date",
        "fecha de apertura", "fecha apertura", "fecha de creacion", "fecha creacion", "creado", "abierto", "erstellt am",
        "erstellt", "eroffnet am",
    ),
    "first_replied_at": ("first replied at", "first response", "first reply", "first response time", "primera respuesta", "erste antwort"),
    "resolved_at": (
        "resolved at", "resolved", "resolved time", "solved at", "resolution date", "fecha resolucion", "fecha de resolucion", "resuelto",
        "gelost am",
    ),
    "closed_at": ("closed at", "closed", "closed time", "close date", "fecha cierre", "fecha de cierre", "cerrado", "geschlossen am"),
    "title": ("title", "subject", "summary", "short description", "asunto", "titulo", "resumen", "betreff", "titel"),
    "severity": ("severity", "priority", "urgency", "gravedad", "prioridad", "urgencia", "prioritat", "schweregrad"),
    "assignee": ("assignee", "assigned to", "agent", "owner", "asignado a", "agente", "responsable", "bearbeiter", "zugewiesen an"),
    "channel": ("channel", "via", "source", "canal", "origen", "kanal"),
    "product_name": ("product name", "product", "offer name", "sku name", "producto", "nombre producto", "produkt", "produktname"),
    "support_type": ("support type", "tipo de soporte"),
    "reopened_count": ("reopened count", "reopens", "reaperturas"),
    "quantity": ("quantity", "qty", "seats", "licences", "licenses", "units", "cantidad", "licencias", "menge", "anzahl"),
    "subscription_id": ("subscription id", "subscription", "id suscripcion", "suscripcion", "abonnement"),
    "subscription_status": ("status", "state", "subscription status", "estado", "zustand"),
    "domain_name": ("domain name", "domain", "dominio", "domane"),
    "country_code": ("country code", "country", "codigo pais", "pais", "land", "landercode"),
    "segment": ("segment", "segmento", "customer group", "kundengruppe"),
    "sales_agent": ("sales agent", "sales rep", "sales person", "account manager", "comercial", "vendedor", "vertreter", "verkaufer"),
    "payment_terms_days": (
        "payment terms days", "payment terms", "net days", "dias de pago", "plazo de pago", "zahlungsziel",
        "zahlungsziel tage",
    ),
    "credit_limit_amount": ("credit limit", "credit limit amount", "limite de credito", "kreditlimit", "kreditrahmen"),
    "microsoft_tenant_id": ("microsoft tenant id", "tenant id", "entra tenant id", "microsoft id", "id inquilino"),
    "time_zone": ("time zone", "timezone", "zona horaria", "zeitzone"),
    "language": ("language", "idioma", "sprache"),
    "contact_name": ("contact name", "contact", "contact person", "contacto", "persona de contacto", "ansprechpartner"),
    "contact_email": ("contact email", "email", "e mail", "email address", "correo", "correo electronico", "e mail adresse"),
    "created_on": ("created on", "customer since", "created", "fecha alta", "fecha de alta", "kunde seit", "angelegt am"),
    "supplier_invoice_id": ("supplier invoice id", "invoice number", "bill number", "numero factura", "rechnungsnummer"),
    "document_type": ("document type", "tipo documento", "belegart"),
    "rate_on": ("rate on", "date", "rate date", "fecha", "datum"),
    "rate_to_company": ("rate", "exchange rate", "tipo de cambio", "kurs", "wechselkurs"),
    "reason": ("reason", "motivo", "grund"),
    "hold_id": ("hold id", "id"),
    "notice_id": ("notice id", "id"),
    "starts_on": ("starts on", "start date", "from", "fecha inicio", "desde", "beginn", "von"),
    "ends_on": ("ends on", "end date", "until", "fecha fin", "hasta", "ende", "bis"),
    "service_request_id": ("service request id", "request id", "sr number", "support request number", "solicitud"),
}

# Words that many names have: alone, within a longer name, they tell nothing.
COMMON_WORDS = frozenset({
    "name", "date", "id", "number", "no", "nr", "n", "type", "key", "state", "via", "from", "until", "von", "bis", "art", "cod", "ref",
    "nombre", "fecha", "numero", "tipo", "datum", "nummer", "typ",
})

# Words that make an amount another one than what the customer owes in all.
OTHER_AMOUNTS = frozenset({
    "tax", "vat", "net", "unit", "line", "discount", "due", "open", "balance", "paid", "shipping", "subtotal", "iva", "impuesto", "neto",
    "base", "descuento", "pendiente", "saldo", "pagado", "linea", "unitario", "steuer", "mwst", "netto", "rabatt", "offen", "offener",
    "einzelpreis", "bezahlt",
})

# What other systems say for our words; a word that several of our lists have means the first that fits.
WORDS: Mapping[str, tuple[str, ...]] = {
    "draft": ("draft", "saved", "submitted", "pending approval", "borrador", "entwurf", "parked"),
    "posted": (
        "posted", "paid", "authorised", "authorized", "approved", "awaiting payment", "sent", "open", "overdue", "unpaid", "closed",
        "partially paid", "partly paid", "pagada", "pagado", "cobrada", "pendiente", "contabilizada", "emitida", "enviada",
        "vencida", "abierta",
        "bezahlt", "offen", "gebucht", "verbucht", "versendet", "uberfallig", "teilbezahlt",
    ),
    "void": ("void", "voided", "cancelled", "canceled", "deleted", "anulada", "anulado", "cancelada", "storniert", "storno"),
    "new": ("new", "nuevo", "nueva", "neu"),
    "open": (
        "open", "in progress", "active", "assigned", "work in progress", "to do", "reopened", "abierto", "abierta", "en curso", "offen",
        "in bearbeitung",
    ),
    "waiting_on_customer": (
        "waiting on customer", "pending", "on hold", "waiting for customer", "awaiting user info", "waiting", "hold", "en espera",
        "pendiente del cliente", "pendiente", "wartend", "warten auf kunde",
    ),
    "escalated": ("escalated", "awaiting vendor", "waiting on third party", "escalado", "escalada", "eskaliert"),
    "resolved": ("resolved", "solved", "done", "fixed", "resuelto", "resuelta", "gelost", "erledigt"),
    "closed": ("closed", "cerrado", "cerrada", "geschlossen"),
    "A": ("a", "1", "urgent", "critical", "highest", "1 critical", "critica", "critico", "urgente", "kritisch", "dringend"),
    "B": ("b", "2", "high", "2 high", "alta", "alto", "hoch"),
    "C": ("c", "3", "4", "medium", "normal", "moderate", "low", "3 moderate", "4 low", "media", "baja", "mittel", "niedrig"),
    "payment": ("payment", "pago", "cobro", "zahlung"),
    "credit_note": ("credit note", "credit memo", "credit", "abono", "nota de credito", "gutschrift"),
    "write_off": ("write off", "writeoff", "bad debt", "incobrable", "ausbuchung"),
    "active": ("active", "activa", "activo", "aktiv"),
    "suspended": ("suspended", "suspendida", "suspendido", "gesperrt"),
    "expired": ("expired", "caducada", "abgelaufen"),
    "cancelled": ("cancelled", "canceled", "cancelada", "gekundigt"),
    "dispute": ("dispute", "disputa", "reklamation"),
    "promise_to_pay": ("promise to pay", "promise", "promesa de pago", "zahlungszusage"),
    "exemption": ("exemption", "exencion", "ausnahme"),
    "billing": ("billing", "invoice", "facturacion", "abrechnung"),
    "subscription_management": ("subscription management", "subscription", "license", "suscripciones"),
    "technical": ("technical", "incident", "problem", "tecnico", "tecnica", "technisch"),
}
