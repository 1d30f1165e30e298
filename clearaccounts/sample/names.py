"""Invented companies and people: no name here is meant to be anybody's."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """A country as the partner bills it; `vat_permille` is charged on every line."""

    code: str
    tongue: str
    currency: str
    time_zone: str
    language: str
    vat_permille: int
    forms: tuple[str, ...]


# With how many of a hundred customers each.
COUNTRIES: tuple[tuple[Country, int], ...] = (
    (Country("ES", "es", "EUR", "Europe/Madrid", "es", 210, ("S.L.", "S.A.", "S.L.U.")), 18),
    (Country("DE", "de", "EUR", "Europe/Berlin", "de", 190, ("GmbH", "AG", "KG", "GmbH & Co. KG")), 13),
    (Country("FR", "fr", "EUR", "Europe/Paris", "fr", 200, ("SARL", "SAS", "& Fils")), 10),
    (Country("IT", "it", "EUR", "Europe/Rome", "it", 220, ("S.r.l.", "S.p.A.")), 7),
    (Country("NL", "nl", "EUR", "Europe/Amsterdam", "nl", 210, ("B.V.", "N.V.")), 6),
    (Country("IE", "en", "EUR", "Europe/Dublin", "en", 230, ("Ltd", "& Sons Ltd")), 5),
    (Country("SE", "nordic", "EUR", "Europe/Stockholm", "sv", 250, ("AB",)), 3),
    (Country("GB", "en", "GBP", "Europe/London", "en", 200, ("Ltd", "LLP", "plc", "& Sons Ltd")), 19),
    (Country("US", "en", "USD", "America/New_York", "en", 0, ("Inc.", "LLC", "Corp.")), 13),
    (Country("US", "en", "USD", "America/Chicago", "en", 0, ("Inc.", "LLC", "& Co.")), 6),
)

_STEMS = (
    "Al", "Ar", "Bel", "Bor", "Bran", "Cal", "Cor", "Dal", "Dor", "El", "Fal", "Fen", "Gal", "Gren", "Hal", "Har", "Is", "Jor",
    "Kal", "Kel", "Lan", "Lor", "Mal", "Mer", "Nor", "Ol", "Or", "Pel", "Quin", "Ral", "Ros", "Sal", "Sel", "Tal", "Tor", "Ul",
    "Val", "Ver", "Wil", "Zan",
)
_ENDINGS = {
    "en": ("brook", "combe", "dale", "ford", "gate", "leigh", "mere", "ridge", "stow", "wick", "worth", "hurst"),
    "de": ("bach", "berg", "feld", "hafen", "hausen", "holz", "mühle", "rode", "stätt", "tal", "wald", "weiler"),
    "fr": ("aubert", "bonne", "champ", "court", "eaux", "gnac", "lière", "mont", "neuf", "rivage", "vallée", "vignes"),
    "es": ("blanca", "cera", "doval", "fuente", "gorría", "lanza", "mira", "mora", "nés", "peña", "sierra", "zuela"),
    "it": ("alba", "chiaro", "cello", "dini", "fiore", "lago", "monti", "nese", "ponte", "rosso", "tesi", "vento"),
    "nl": ("aar", "beek", "daal", "dijk", "hoven", "kamp", "meer", "schoot", "veen", "waard", "wijk", "zand"),
    "nordic": ("berg", "by", "dal", "fors", "hult", "lund", "näs", "ström", "torp", "vik", "å", "ås"),
}
# Thirty-one each, a prime: see `company`.
_TRADES = {
    "en": (
        "Accountancy", "Analytics", "Architects", "Bakeries", "Brewing", "Building Supplies", "Catering", "Ceramics", "Clinics",
        "Coatings", "Distribution", "Engineering", "Estates", "Farms", "Fisheries", "Foods", "Freight", "Furniture", "Glass",
        "Insurance Brokers", "Interiors", "Legal", "Marine", "Media", "Optics", "Packaging", "Printers", "Robotics", "Schools",
        "Textiles", "Travel",
    ),
    "de": (
        "Anlagenbau", "Architekten", "Bäckerei", "Bau", "Brauerei", "Chemie", "Druck", "Elektrotechnik", "Energie", "Fahrzeugbau",
        "Feinkost", "Glas", "Holzbau", "Immobilien", "Kältetechnik", "Kanzlei", "Keramik", "Klinik", "Logistik", "Maschinen", "Medien",
        "Metallbau", "Möbel", "Optik", "Pflege", "Reisen", "Spedition", "Textil", "Verlag", "Verpackung", "Werkzeuge",
    ),
    "fr": (
        "Ateliers", "Assurances", "Bâtiment", "Biscuits", "Bois", "Cabinet", "Céramique", "Chimie", "Cliniques", "Conseil", "Décors",
        "Distribution", "Édition", "Électricité", "Énergie", "Fonderie", "Fromages", "Imprimerie", "Jardins", "Logistique", "Menuiserie",
        "Métaux", "Meubles", "Mode", "Optique", "Parfums", "Pharma", "Santé", "Textile", "Transports", "Voyages",
    ),
    "es": (
        "Abogados", "Aceites", "Alimentación", "Arquitectura", "Asesores", "Automoción", "Cerámica", "Clínicas", "Conservas",
        "Construcción", "Consultores", "Diseño", "Distribución", "Educación", "Energía", "Frío Industrial", "Hostelería", "Imprenta",
        "Ingeniería", "Inmobiliaria", "Instalaciones", "Joyeros", "Logística", "Maderas", "Moda", "Muebles", "Óptica", "Química",
        "Textil", "Transportes", "Viajes",
    ),
    "it": (
        "Abbigliamento", "Acciai", "Alimentari", "Arredi", "Assicurazioni", "Cantine", "Carta", "Ceramiche", "Chimica", "Consulenza",
        "Costruzioni", "Dolciaria", "Editoria", "Elettronica", "Energia", "Farmaceutici", "Formaggi", "Grafica", "Impianti", "Legno",
        "Logistica", "Marmi", "Meccanica", "Moda", "Ottica", "Salumi", "Sanità", "Tessile", "Trasporti", "Vetro", "Viaggi",
    ),
    "nl": (
        "Adviseurs", "Afbouw", "Apotheken", "Architecten", "Bakkers", "Bloemen", "Bouw", "Brouwerij", "Chemie", "Drukkerij", "Energie",
        "Expeditie", "Glas", "Hout", "Installatie", "Kassen", "Keramiek", "Koeltechniek", "Logistiek", "Machines", "Makelaars", "Media",
        "Metaal", "Meubels", "Notarissen", "Onderwijs", "Reizen", "Scheepsbouw", "Textiel", "Transport", "Zorg",
    ),
    "nordic": (
        "Akustik", "Arkitekter", "Bageri", "Bygg", "Data", "Elteknik", "Energi", "Fastigheter", "Fisk", "Förlag", "Glas", "Hälsa",
        "Industri", "Juridik", "Keramik", "Konsult", "Kyla", "Lantbruk", "Logistik", "Maskin", "Media", "Möbler", "Optik", "Papper",
        "Resor", "Skog", "Stål", "Textil", "Trä", "Verkstad", "Åkeri",
    ),
}

_GIVEN = {
    "en": ("Alice", "Brendan", "Ciara", "Daniel", "Eleanor", "Grace", "Hugh", "Imogen", "Owen", "Priya", "Ruth", "Thomas"),
    "de": ("Anke", "Bernd", "Clara", "Dieter", "Franziska", "Jürgen", "Katrin", "Lukas", "Miriam", "Stefan", "Ute", "Wolfgang"),
    "fr": ("Amélie", "Bastien", "Céline", "Étienne", "François", "Hélène", "Julien", "Lucie", "Margaux", "Noé", "Pascal", "Zoé"),
    "es": ("Álvaro", "Begoña", "Carmen", "Diego", "Elena", "Íñigo", "Joaquín", "Lucía", "Marta", "Nuria", "Pablo", "Ximena"),
    "it": ("Alessia", "Bruno", "Chiara", "Davide", "Elisa", "Fabio", "Giulia", "Luca", "Marta", "Nicolò", "Paola", "Renzo"),
    "nl": ("Anouk", "Bram", "Daan", "Eline", "Femke", "Joost", "Lotte", "Maarten", "Noor", "Ruben", "Sanne", "Wouter"),
    "nordic": ("Astrid", "Björn", "Elin", "Göran", "Ingrid", "Johan", "Kerstin", "Lars", "Maja", "Nils", "Åsa", "Östen"),
}
_FAMILY = {
    "en": ("Ashdown", "Byrne", "Carrow", "Dunmore", "Eastlake", "Farrant", "Hollis", "Keane", "Marlow", "O'Farrell", "Pryce", "Whitlow"),
    "de": ("Aschenbach", "Brandl", "Dörr", "Eichhorn", "Färber", "Grünwald", "Hartwig", "Köhne", "Lorenz", "Rössler", "Siebert", "Thoma"),
    "fr": ("Arnoux", "Besnard", "Chauvet", "Delorme", "Fabre", "Guérin", "Hébrard", "Lemoine", "Marchal", "Perrot", "Roussel", "Vasseur"),
    "es": ("Aranda", "Bermejo", "Cabañas", "Domínguez", "Echeverri", "Ferrán", "Galindo", "Ibáñez", "Llorente", "Muñiz", "Quiroga", "Vela"),
    "it": ("Arrighi", "Bellandi", "Corsini", "Donati", "Ferraro", "Galli", "Lupo", "Marchetti", "Orsi", "Pavan", "Rinaldi", "Zanetti"),
    "nl": ("Bakhuis", "de Groot", "Dekker", "Hofstra", "Jansma", "Kuiper", "Mulder", "Postma", "Rietveld", "Smeets", "van Dam", "Wiersma"),
    "nordic": (
        "Ahlgren", "Bergqvist", "Dahl", "Ekström", "Forsell", "Hedlund", "Lindahl", "Nyström", "Olin", "Sandell", "Törnqvist", "Åkerman",
    ),
}


def ascii_of(text: str) -> str:
    """Letters and digits of `text`, lower case, without accents; the rest becomes single hyphens."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    kept = "".join(c if c.isascii() and c.isalnum() else "" if c == "'" else " " for c in bare)
    return "-".join(kept.split())


def company(number: int, country: Country, shift: int) -> tuple[str, str]:
    """An invented company name and its domain, different for every number up to 14,880.

    Stem and ending run through all 480 pairs before one comes again, then with another trade: 31 is a
    prime that divides neither step. `shift` makes another seed meet other names.
    """
    place = number + shift
    stem, ending = divmod((place * 173) % 480, 12)
    trade = _TRADES[country.tongue][(place * 13 + place // 480) % 31]
    root = _STEMS[stem] + _ENDINGS[country.tongue][ending]
    name = f"{trade} {root}" if country.tongue in ("fr", "es") and place % 3 == 0 else f"{root} {trade}"
    form = country.forms[place % len(country.forms)]
    extra = f" {number}" if number > 14_880 else ""
    return f"{name}{extra} {form}", f"{ascii_of(root + ' ' + trade + extra)}.example"


def person(first: int, last: int, country: Country) -> tuple[str, str]:
    """An invented person: the name, and what stands before the @ of their e-mail."""
    given, family = _GIVEN[country.tongue][first % 12], _FAMILY[country.tongue][last % 12]
    return f"{given} {family}", f"{ascii_of(given)}.{ascii_of(family)}"
