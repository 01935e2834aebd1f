"""The functions people have and the services residents miss, with their names in two languages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Lane(StrEnum):
    """Four lanes of work: the IBD's three fields and the continuity of service."""

    TECHNOLOGY = "technology"
    COMMUNICATION = "communication"
    ADMINISTRATION = "administration"
    SERVICE_CONTINUITY = "service_continuity"


class Function(StrEnum):
    """The functions that people in a Dutch municipality really have."""

    CIVIL_AFFAIRS = "civil_affairs"
    BENEFITS = "benefits"
    CUSTOMER_CONTACT = "customer_contact"
    SPOKESPERSON = "spokesperson"
    APPLICATION_MANAGEMENT = "application_management"
    SYSTEM_ADMINISTRATION = "system_administration"
    NETWORK = "network"
    BACKUP_RECOVERY = "backup_recovery"
    CISO = "ciso"
    PRIVACY = "privacy"
    CRISIS_COORDINATION = "crisis_coordination"
    PROJECT_MANAGEMENT = "project_management"
    FINANCE = "finance"
    RECORDS = "records"
    EXECUTIVE_ADVICE = "executive_advice"


class ResidentService(StrEnum):
    """What residents, colleagues and streets depend on."""

    PASSPORTS = "passports"
    DEATHS = "deaths"
    BIRTHS = "births"
    MOVES = "moves"
    BENEFITS = "benefits"
    WMO_YOUTH = "wmo_youth"
    RESTRAINING_ORDERS = "restraining_orders"
    RECEPTION = "reception"
    ELECTIONS = "elections"
    PAYMENTS = "payments"
    PHONE = "phone"
    MAIL = "mail"
    WEBSITE = "website"
    PUMPS_BRIDGES = "pumps_bridges"


@dataclass(frozen=True)
class Names:
    """A name on screen, in Dutch and English, and a short Dutch and English one for a chip."""

    nl: str
    en: str
    short_nl: str = ""
    short_en: str = ""


@dataclass(frozen=True)
class FunctionEntry:
    """A function's names, its lane, and its ECSF profile or our extension code (`x-...`)."""

    names: Names
    lane: Lane
    ecsf: str


FUNCTIONS: Final[dict[Function, FunctionEntry]] = {
    Function.CIVIL_AFFAIRS: FunctionEntry(
        Names("Burgerzaken", "Civil affairs"), Lane.SERVICE_CONTINUITY, "x-civil-affairs"
    ),
    Function.BENEFITS: FunctionEntry(Names("Uitkeringen", "Benefits"), Lane.SERVICE_CONTINUITY, "x-benefits"),
    Function.CUSTOMER_CONTACT: FunctionEntry(
        Names("Klantcontact", "Customer contact"), Lane.COMMUNICATION, "x-customer-contact"
    ),
    Function.SPOKESPERSON: FunctionEntry(
        Names("Woordvoering", "Spokesperson"), Lane.COMMUNICATION, "x-spokesperson"
    ),
    Function.APPLICATION_MANAGEMENT: FunctionEntry(
        Names("Functioneel beheer", "Application management"), Lane.TECHNOLOGY, "x-application-management"
    ),
    Function.SYSTEM_ADMINISTRATION: FunctionEntry(
        Names("Systeembeheer", "System administration"), Lane.TECHNOLOGY, "ecsf-8"
    ),
    Function.NETWORK: FunctionEntry(Names("Netwerk", "Network"), Lane.TECHNOLOGY, "x-network"),
    Function.BACKUP_RECOVERY: FunctionEntry(
        Names("Back-up en herstel", "Back-up and recovery"), Lane.TECHNOLOGY, "x-backup-recovery"
    ),
    Function.CISO: FunctionEntry(Names("CISO", "CISO"), Lane.TECHNOLOGY, "ecsf-1"),
    Function.PRIVACY: FunctionEntry(Names("Privacy", "Privacy"), Lane.ADMINISTRATION, "ecsf-3"),
    Function.CRISIS_COORDINATION: FunctionEntry(
        Names("Crisiscoördinatie", "Crisis coordination"), Lane.ADMINISTRATION, "x-crisis-coordination"
    ),
    Function.PROJECT_MANAGEMENT: FunctionEntry(
        Names("Projectleiding", "Project management"), Lane.ADMINISTRATION, "x-project-management"
    ),
    Function.FINANCE: FunctionEntry(Names("Financiën", "Finance"), Lane.SERVICE_CONTINUITY, "x-finance"),
    Function.RECORDS: FunctionEntry(
        Names("Informatiebeheer (DIV)", "Records management"), Lane.SERVICE_CONTINUITY, "x-records"
    ),
    Function.EXECUTIVE_ADVICE: FunctionEntry(
        Names("Bestuursadvies", "Executive advice"), Lane.ADMINISTRATION, "x-executive-advice"
    ),
}

SERVICES: Final[dict[ResidentService, Names]] = {
    ResidentService.PASSPORTS: Names(
        "Paspoort en identiteitskaart", "Passports and ID cards", "Paspoorten", "Passports"
    ),
    ResidentService.DEATHS: Names(
        "Overlijden en begraven", "Deaths and burial permits", "Begraven", "Burials"
    ),
    ResidentService.BIRTHS: Names("Geboorteaangifte", "Births", "Geboorte", "Births"),
    ResidentService.MOVES: Names("Verhuizing en uittreksels", "Moves and extracts", "Verhuizen", "Moves"),
    ResidentService.BENEFITS: Names("Uitkeringen betalen", "Benefits run", "Uitkeringen", "Benefits"),
    ResidentService.WMO_YOUTH: Names(
        "Wmo en jeugd, spoed", "Social support and youth, emergencies", "Wmo, jeugd", "Care, youth"
    ),
    ResidentService.RESTRAINING_ORDERS: Names(
        "Tijdelijk huisverbod", "Temporary restraining orders", "Huisverbod", "Restraining"
    ),
    ResidentService.RECEPTION: Names("Opvang en onderdak", "Reception and shelter", "Opvang", "Shelter"),
    ResidentService.ELECTIONS: Names("Verkiezingen", "Elections", "Verkiezing", "Elections"),
    ResidentService.PAYMENTS: Names(
        "Salarissen en facturen", "Salaries and invoices", "Salarissen", "Salaries"
    ),
    ResidentService.PHONE: Names("Telefoon 14 0XX", "Phone", "Telefoon", "Phone"),
    ResidentService.MAIL: Names("E-mail", "Mail", "E-mail", "Mail"),
    ResidentService.WEBSITE: Names("Website en formulieren", "Website and forms", "Website", "Website"),
    ResidentService.PUMPS_BRIDGES: Names("Gemalen en bruggen", "Pumps and bridges", "Bruggen", "Bridges"),
}


def lane_of(function: Function) -> Lane:
    """The lane follows from the function; nobody chooses it."""
    return FUNCTIONS[function].lane
