// Written by `python -m schemas.export`; change the models in schemas/, not this file.

import type { Function, Lane, ResidentService } from "./rows";

/** A name on screen in both languages; `short` fits on a chip. */
export interface Names {
  nl: string;
  en: string;
  short?: { nl: string; en: string };
}

export const FUNCTIONS: Record<Function, Names & { lane: Lane }> = {
  "civil_affairs": {
    "nl": "Burgerzaken",
    "en": "Civil affairs",
    "lane": "service_continuity"
  },
  "benefits": {
    "nl": "Uitkeringen",
    "en": "Benefits",
    "lane": "service_continuity"
  },
  "customer_contact": {
    "nl": "Klantcontact",
    "en": "Customer contact",
    "lane": "communication"
  },
  "spokesperson": {
    "nl": "Woordvoering",
    "en": "Spokesperson",
    "lane": "communication"
  },
  "application_management": {
    "nl": "Functioneel beheer",
    "en": "Application management",
    "lane": "technology"
  },
  "system_administration": {
    "nl": "Systeembeheer",
    "en": "System administration",
    "lane": "technology"
  },
  "network": {
    "nl": "Netwerk",
    "en": "Network",
    "lane": "technology"
  },
  "backup_recovery": {
    "nl": "Back-up en herstel",
    "en": "Back-up and recovery",
    "lane": "technology"
  },
  "ciso": {
    "nl": "CISO",
    "en": "CISO",
    "lane": "technology"
  },
  "privacy": {
    "nl": "Privacy",
    "en": "Privacy",
    "lane": "administration"
  },
  "crisis_coordination": {
    "nl": "Crisiscoördinatie",
    "en": "Crisis coordination",
    "lane": "administration"
  },
  "project_management": {
    "nl": "Projectleiding",
    "en": "Project management",
    "lane": "administration"
  },
  "finance": {
    "nl": "Financiën",
    "en": "Finance",
    "lane": "service_continuity"
  },
  "records": {
    "nl": "Informatiebeheer (DIV)",
    "en": "Records management",
    "lane": "service_continuity"
  },
  "executive_advice": {
    "nl": "Bestuursadvies",
    "en": "Executive advice",
    "lane": "administration"
  }
};

export const SERVICES: Record<ResidentService, Names> = {
  "passports": {
    "nl": "Paspoort en identiteitskaart",
    "en": "Passports and ID cards",
    "short": {
      "nl": "Paspoorten",
      "en": "Passports"
    }
  },
  "deaths": {
    "nl": "Overlijden en begraven",
    "en": "Deaths and burial permits",
    "short": {
      "nl": "Begraven",
      "en": "Burials"
    }
  },
  "births": {
    "nl": "Geboorteaangifte",
    "en": "Births",
    "short": {
      "nl": "Geboorte",
      "en": "Births"
    }
  },
  "moves": {
    "nl": "Verhuizing en uittreksels",
    "en": "Moves and extracts",
    "short": {
      "nl": "Verhuizen",
      "en": "Moves"
    }
  },
  "benefits": {
    "nl": "Uitkeringen betalen",
    "en": "Benefits run",
    "short": {
      "nl": "Uitkeringen",
      "en": "Benefits"
    }
  },
  "wmo_youth": {
    "nl": "Wmo en jeugd, spoed",
    "en": "Social support and youth, emergencies",
    "short": {
      "nl": "Wmo, jeugd",
      "en": "Care, youth"
    }
  },
  "restraining_orders": {
    "nl": "Tijdelijk huisverbod",
    "en": "Temporary restraining orders",
    "short": {
      "nl": "Huisverbod",
      "en": "Restraining"
    }
  },
  "reception": {
    "nl": "Opvang en onderdak",
    "en": "Reception and shelter",
    "short": {
      "nl": "Opvang",
      "en": "Shelter"
    }
  },
  "elections": {
    "nl": "Verkiezingen",
    "en": "Elections",
    "short": {
      "nl": "Verkiezing",
      "en": "Elections"
    }
  },
  "payments": {
    "nl": "Salarissen en facturen",
    "en": "Salaries and invoices",
    "short": {
      "nl": "Salarissen",
      "en": "Salaries"
    }
  },
  "phone": {
    "nl": "Telefoon 14 0XX",
    "en": "Phone",
    "short": {
      "nl": "Telefoon",
      "en": "Phone"
    }
  },
  "mail": {
    "nl": "E-mail",
    "en": "Mail",
    "short": {
      "nl": "E-mail",
      "en": "Mail"
    }
  },
  "website": {
    "nl": "Website en formulieren",
    "en": "Website and forms",
    "short": {
      "nl": "Website",
      "en": "Website"
    }
  },
  "pumps_bridges": {
    "nl": "Gemalen en bruggen",
    "en": "Pumps and bridges",
    "short": {
      "nl": "Bruggen",
      "en": "Bridges"
    }
  }
};

export const LEVELS: readonly string[] = [
  "public",
  "asked",
  "partner",
  "coordinator",
  "own"
];

export const IBD_PHONE: string = "070 204 55 11";

export const TEXT_LIMIT: number = 4000;
