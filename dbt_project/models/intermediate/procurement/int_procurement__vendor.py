"""Which published vendor names are one vendor: names of one key, and keys that a fixed model of record linkage (Fellegi and Sunter 1969) links.

Splink scores the pairs of keys that share a block; nothing is trained here, so that a build says the same of the same names. The probabilities in `LINKAGE` are those
that `python -m tests.bench.vendors estimate` prints. A name that was cut, or that lacks a word such as GROUP, links only where its longer forms are one vendor. What
`vendor_override` says wins over all of it.
"""

import logging
import re
from collections import Counter, defaultdict

import duckdb
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# It warns of comparisons without a level for what is missing, which names are not.
logging.getLogger("splink").setLevel(logging.ERROR)

# French words of business by their English ones, and abbreviations by what they stand for; of both the singular.
MEANINGS = dict(
    pair.split(":")
    for pair in """
    ADMINISTRATIF:ADMINISTRATIVE AEROSPATIALE:AEROSPACE ALIMENTAIRE:FOOD ALIMENT:FOOD AMENAGEMENT:LANDSCAPING ARCHITECTE:ARCHITECT ARMEE:ARMY ARPENTAGE:SURVEY
    ARPENTEUR:SURVEYOR ASSN:ASSOCIATION ASSOC:ASSOCIATE ASSOCIE:ASSOCIATE ASSURANCE:INSURANCE ATELIER:WORKSHOP ATLANTIQUE:ATLANTIC AVIONIQUE:AVIONIC AVOCAT:LAWYER
    BATIMENT:BUILDING BOIS:WOOD CA:CANADA CABINET:FIRM CAN:CANADA CANADIEN:CANADIAN CANADIENNE:CANADIAN CAP:CAPE CDA:CANADA CDN:CANADIAN CENTRE:CENTER CHANTIER:SHIPYARD
    CHAUFFAGE:HEATING CHIMIE:CHEMISTRY CIMENT:CEMENT CLIMATISATION:COOLING COLLEGE:COLLEGE COMM:COMMUNICATION COMMISSIONNAIRE:COMMISSIONAIRE CONSEIL:CONSULTING
    CONSEILLER:CONSULTANT CORP:CORPORATION COURRIER:COURIER CROIX:CROSS DEFENSE:DEFENCE DEMENAGEMENT:MOVING DEVELOPPEMENT:DEVELOPMENT DISTRIBUTEUR:DISTRIBUTOR
    EAU:WATER ECOLE:SCHOOL ELECTRICITE:ELECTRICAL ELECTRIQUE:ELECTRIC ELECTRONIQUE:ELECTRONIC ENERGIE:ENERGY ENTREPRENEUR:CONTRACTOR ENTREPRISE:ENTERPRISE
    ENTRETIEN:MAINTENANCE ENVIRONNEMENT:ENVIRONMENT ENVIRONNEMENTAL:ENVIRONMENTAL ENVIRONNEMENTALE:ENVIRONMENTAL ENVIRONNEMENTAUX:ENVIRONMENTAL EQUIPEMENT:EQUIPMENT
    ETUDE:STUDY ETUDIANT:STUDENT EXPERT:CONSULTING FER:IRON FILS:SON FINANCIER:FINANCIAL FONDATION:FOUNDATION FORMATION:TRAINING FRERE:BROTHER GENERAL:GENERAL
    GENERAUX:GENERAL GENERALE:GENERAL GENIE:ENGINEERING GESTION:MANAGEMENT GLOBALE:GLOBAL GROUPE:GROUP GRP:GROUP HR:HUMAN.RESOURCE HUMAINE:HUMAN IMMEUBLE:PROPERTY IMMOBILIER:REALTY
    IMPRESSION:PRINTING IMPRIMERIE:PRINTING INDUSTRIE:INDUSTRY INDUSTRIEL:INDUSTRIAL INDUSTRIELLE:INDUSTRIAL INFORMATIQUE:INFORMATION INFORMATIF:INFORMATION INGENIERIE:ENGINEERING
    INGENIEUR:ENGINEER INSTITUT:INSTITUTE INTEGREE:INTEGRATED INTERIEUR:INTERIOR INTERIM:INTERIM JURIDIQUE:LEGAL LABORATOIRE:LABORATORY LAB:LABORATORY LOCATION:RENTAL
    LOGICIEL:SOFTWARE LOGISTIQUE:LOGISTIC MACHINERIE:MACHINERY MAITRE:MASTER MARITIME:MARINE MECANIQUE:MECHANICAL MEDICAL:MEDICAL MEDICALE:MEDICAL MEUBLE:FURNITURE MINIER:MINING
    MOBILITE:MOBILITY MONDIAL:WORLD MONTAGNE:MOUNTAIN MUSEE:MUSEUM NATIONALE:NATIONAL NAVAL:SHIPBUILDING NAVALE:SHIPBUILDING NETTOYAGE:CLEANING NORD:NORTH OUEST:WEST
    OPERATION:OPERATION ORDINATEUR:COMPUTER OUTIL:TOOL PAPIER:PAPER PARTENAIRE:PARTNER PAVAGE:PAVING PAYSAGE:LANDSCAPE PAYSAGISTE:LANDSCAPE PECHE:FISHERY PETROLE:PETROLEUM
    PHARMACEUTIQUE:PHARMACEUTICAL PLOMBERIE:PLUMBING POMPE:PUMP PORTE:DOOR POSTE:POST PRODUIT:PRODUCT PROFESSIONNEL:PROFESSIONAL PROJET:PROJECT QUINCAILLERIE:HARDWARE
    RECHERCHE:RESEARCH REPARATION:REPAIR RESEAU:NETWORK RESSOURCE:RESOURCE RESSOUCE:RESOURCE ROUGE:RED ROUTIER:ROAD SAINT:ST SAINTE:STE SALUT:SALVATION SANTE:HEALTH SAUVETAGE:RESCUE SCIENTIFIQUE:SCIENTIFIC
    SECURITE:SECURITY SOCIETE:CORPORATION SOUDURE:WELDING SUD:SOUTH SYSTEME:SYSTEM TECH:TECHNOLOGY TECHNIQUE:TECHNICAL TECHNOLOGIE:TECHNOLOGY TELECOMMUNICATION:TELECOMMUNICATION
    TERRE:LAND TOITURE:ROOFING TRADUCTION:TRANSLATION TRANSPORT:TRANSPORT TRANSPORTATION:TRANSPORT UNIVERSITE:UNIVERSITY USINE:PLANT VEHICULE:VEHICLE VENTE:SALE VERRE:GLASS VOYAGE:TRAVEL
    """.split()
)
FILLERS = frozenset("A AND AT AU AUX BY D DE DES DU EN FOR IN L LA LE LES OF ON ON POUR SUR THE".split())
# Two keys that differ in nothing but these, all on one side, may be one vendor.
GENERIC = frozenset(
    "CANADA CANADIAN COMPANY CORPORATION CONSULTANT CONSULTING ENTERPRISE GROUP HOLDING INTERNATIONAL SERVICE SOCIETY SOLUTION SYSTEM TECHNOLOGY TELECOM".split()
)
# Words of a trade, which are no vendor's own.
TRADE = GENERIC | frozenset(
    """ADMINISTRATIVE ADVANCED AGENCY AIR ARCHITECT ARCTIC ASSOCIATE ASSOCIATED ASSOCIATION ATLANTIC AUTO AVIATION BUILDING BUSINESS CAPITAL CENTER CENTRAL CITY CLEANING COLLEGE
    COMMUNICATION COMPUTER CONSTRUCTION CONTRACTING CONTRACTOR CONTROL CORPS DATA DEFENCE DESIGN DEVELOPMENT DISTRIBUTION EASTERN ELECTRIC ELECTRICAL ELECTRONIC ENERGY ENGINEER
    ENGINEERING ENVIRONMENT ENVIRONMENTAL EQUIPMENT EXCAVATION FACILITY FINANCIAL FIRST FOOD FOUNDATION GENERAL GLOBAL HEALTH HEATING HUMAN INDUSTRIAL INDUSTRY INFORMATION INSTITUTE
    INSURANCE INTEGRATED LABORATORY LEGAL LOGISTIC MAINTENANCE MANAGEMENT MARINE MARKETING MECHANICAL MEDIA MEDICAL MUSEUM NATIONAL NATIONAL NETWORK NEW NORTH NORTHERN OFFICE PACIFIC
    PARTNER PLUMBING PREMIER PRINTING PRODUCT PRODUCTION PROFESSIONAL PROJECT PROPERTY PUBLIC RENTAL REPORTING RESEARCH RESOURCE ROOFING ROYAL SALE SCIENCE SECURITY SOFTWARE SOUTH ST STAFFING STAR
    SUPPLY TECHNICAL TRAINING TRANSLATION TRANSPORT UNITED UNIVERSITY WATER WELDING WEST WESTERN WORLD""".split()
)
PLACES = {
    "ALBERTA": "AB",
    "AB": "AB",
    "BRITISH COLUMBIA": "BC",
    "COLOMBIE BRITANNIQUE": "BC",
    "BC": "BC",
    "MANITOBA": "MB",
    "MB": "MB",
    "NEW BRUNSWICK": "NB",
    "NOUVEAU BRUNSWICK": "NB",
    "NB": "NB",
    "NEWFOUNDLAND AND LABRADOR": "NL",
    "NEWFOUNDLAND LABRADOR": "NL",
    "NEWFOUNDLAND": "NL",
    "TERRE NEUVE": "NL",
    "NFLD": "NL",
    "NL": "NL",
    "NOVA SCOTIA": "NS",
    "NOUVELLE ECOSSE": "NS",
    "NS": "NS",
    "NORTHWEST TERRITORIES": "NT",
    "NWT": "NT",
    "NUNAVUT": "NU",
    "ONTARIO": "ON",
    "PRINCE EDWARD ISLAND": "PE",
    "ILE DU PRINCE EDOUARD": "PE",
    "PEI": "PE",
    "QUEBEC CITY": "QC",
    "QUEBEC": "QC",
    "QC": "QC",
    "SASKATCHEWAN": "SK",
    "YUKON": "YT",
    "GREAT LAKES": "GREAT LAKES",
    "GRANDS LACS": "GREAT LAKES",
} | {
    city: city
    for city in """BARRIE BRANTFORD BURNABY CALGARY CHARLOTTETOWN DARTMOUTH EDMONTON FREDERICTON GATINEAU HALIFAX HAMILTON KELOWNA KINGSTON KITCHENER LAVAL LETHBRIDGE LONDON
    LONGUEUIL MARKHAM MISSISSAUGA MONCTON MONTREAL OAKVILLE OSHAWA OTTAWA PEMBROKE REGINA RICHMOND RIMOUSKI SASKATOON SHERBROOKE SUDBURY SURREY TORONTO VANCOUVER VAUGHAN VICTORIA
    WHITEHORSE WINDSOR WINNIPEG YELLOWKNIFE AFRICA AMERICA ASIA AUSTRALIA CHINA DEUTSCHLAND EUROPE FRANCE GERMANY INDIA IRELAND ITALIA JAPAN UK USA US""".split()
}
_PLACE = re.compile(r"\b(" + "|".join(sorted(PLACES, key=len, reverse=True)) + r")\b")
# What cut a name: the fields of the agencies' systems hold 30, 35 or 50 characters, and a word that would not fit was dropped.
CUT_LENGTHS = frozenset([*range(23, 31), *range(32, 36), 49, 50])
_DANGLING = re.compile(r" (AND|OF|OF THE|FOR|FOR THE|DE|DE LA|DES|DU|SUR|SUR LE|SUR LA)$")

# A block of more keys than this is no evidence that two of them are one vendor.
LARGEST_BLOCK = 250
# Frequencies of words are those among at least so many keys, for a word that a small file has once is no rarer than in a large one.
FEWEST_KEYS = 100_000

NAME_LEVELS = {
    "another name": "known_as_l = known_as_r and is_numbered_l <> is_numbered_r",
    "other numbers or places": "numbers_l <> numbers_r or places_l <> places_r",
    "same words": "sorted_l = sorted_r or joined_l = joined_r",
    "cut": "(is_cut_l and starts_with(vendor_key_r, vendor_key_l)) or (is_cut_r and starts_with(vendor_key_l, vendor_key_r))",
    "misspelled": "damerau_levenshtein(joined_l, joined_r) <= case when least(length(joined_l), length(joined_r)) >= 24 then 3 "
    "when least(length(joined_l), length(joined_r)) >= 16 then 2 when least(length(joined_l), length(joined_r)) >= 10 then 1 else 0 end",
    "generic words more": "core_l = core_r and core_l <> '' and (list_has_all(generic_l, generic_r) or list_has_all(generic_r, generic_l))",
    "else": "ELSE",
}
HEAD_LEVELS = {
    "same": "head_l = head_r",
    "misspelled": "least(length(head_l), length(head_r)) >= 6 and damerau_levenshtein(head_l, head_r) <= 1 + (least(length(head_l), length(head_r)) >= 9)::int",
    "else": "ELSE",
}
COUNTRY_LEVELS = {"unknown": "country_code_l is null or country_code_r is null", "same": "country_code_l = country_code_r", "else": "ELSE"}
AREA_LEVELS = {
    "unknown": "postal_area_l is null or postal_area_r is null",
    "same": "postal_area_l = postal_area_r",
    "same district": "postal_area_l[1] = postal_area_r[1]",
    "else": "ELSE",
}
LEVELS = {"name": NAME_LEVELS, "head": HEAD_LEVELS, "country": COUNTRY_LEVELS, "postal_area": AREA_LEVELS}

# The chance of each level where two keys are one vendor (m) and where they are not (u).
LINKAGE = {
    "name": {
        "another name": (0.02, 1e-5),
        "other numbers or places": (0.01, 0.3),
        "same words": (0.2, 1e-5),
        "cut": (0.15, 3e-5),
        "misspelled": (0.35, 2e-5),
        "generic words more": (0.15, 1e-4),
        "else": (0.1, 0.7),
    },
    "head": {"same": (0.9, 0.003), "misspelled": (0.06, 0.0005), "else": (0.04, 0.9965)},
    "country": {"same": (0.97, 0.82), "else": (0.03, 0.18)},
    "postal_area": {"same": (0.5, 0.01), "same district": (0.25, 0.15), "else": (0.25, 0.84)},
}
PRIOR = 1e-5
THRESHOLD = 0.95

DEPENDENT = ("cut", "generic words more")
BLOCKS = ("by_words", "by_other_name", "by_core", "by_head", "by_start", "by_head_start", "by_head_end")


def model(dbt, session):
    dbt.config(materialized="table")
    return resolve(dbt.ref("int_procurement__vendor_key").df(), dbt.ref("vendor_override").df())


def resolve(names, overrides):
    """A row for each row of `names` (vendor_name, vendor_key, is_joint_venture, other_name_key, n_rows, country_code, postal_area)."""
    keys = describe(names)
    pairs = score(keys)
    chosen = dict(zip(overrides["vendor_key"], overrides["vendor_id"], strict=True))
    vendors, chances = cluster(keys, pairs[pairs["match_probability"] >= THRESHOLD], chosen)
    n_names = names["vendor_key"].value_counts()

    def method(key):
        if key in chosen:
            return "override"
        if key in chances:
            return "linked"
        return "same_key" if n_names[key] > 1 else "alone"

    return pd.DataFrame(
        {
            "vendor_name": names["vendor_name"],
            "vendor_key": names["vendor_key"],
            "vendor_id": names["vendor_key"].map(vendors),
            "method": names["vendor_key"].map(method),
            "match_probability": names["vendor_key"].map(lambda key: None if key in chosen else chances.get(key)).astype("float64"),
            "is_joint_venture": names["is_joint_venture"],
        }
    ).sort_values("vendor_name", ignore_index=True)


def describe(names):
    """A row for each key: what the linkage compares, and the blocks it is in."""
    names = names.sort_values(["n_rows", "vendor_name"], ascending=[False, True])
    keys = names.groupby("vendor_key", as_index=False).agg(
        n_rows=("n_rows", "sum"),
        is_joint_venture=("is_joint_venture", "first"),
        other_name_key=("other_name_key", "first"),
        country_code=("country_code", "first"),
        postal_area=("postal_area", "first"),
    )
    cut = set(names.loc[names["vendor_name"].str.len().isin(CUT_LENGTHS), "vendor_key"])
    described = pd.DataFrame.from_records([_describe(key, key in cut) for key in keys["vendor_key"]])
    keys = pd.concat([keys, described], axis="columns")
    keys["known_as"] = keys["other_name_key"].fillna(keys["vendor_key"])
    keys["is_numbered"] = keys["known_as"] != keys["vendor_key"]
    keys["by_other_name"] = keys["known_as"]
    for block in BLOCKS:
        joint = keys["is_joint_venture"].map({True: "joint venture ", False: ""})
        keys[block] = (joint + keys[block].astype("str")).where(keys[block].notna())
        size = keys[block].map(keys[block].value_counts())
        keys[block] = keys[block].where(size.between(2, LARGEST_BLOCK))
    return keys


def _describe(key, has_cut_length):
    words = _meanings(key)
    numbers = sorted(run for word in words for run in re.findall(r"\d+", word))
    places = sorted(word[1:] for word in words if word[0] == "@")
    content = [word for word in words if word[0] != "@"]
    own = [word for word in content if word not in TRADE]
    head = (own or content or words)[0]
    after = [word for word in content if word != head]
    joined = "".join(content)
    rest = "".join(after)
    core = sorted({word for word in content if word not in GENERIC})
    return {
        "numbers": " ".join(numbers),
        "places": " ".join(places),
        "sorted": " ".join(sorted(content)),
        "joined": joined,
        "core": " ".join(core),
        "generic": sorted({word for word in content if word in GENERIC}),
        "head": head,
        "is_cut": len(key) >= 14 and (bool(_DANGLING.search(key)) or (has_cut_length and " " in key)),
        "by_words": " ".join(sorted(content)) or None,
        "by_core": " ".join(core) or None,
        "by_head": f"{head} {rest[:2]}",
        "by_start": key[:14] if len(key) >= 14 else None,
        "by_head_start": f"{head[:3]} {rest}" if len(head) >= 5 else None,
        "by_head_end": f"{head[-3:]} {rest}" if len(head) >= 5 else None,
    }


def _meanings(key):
    """The words of a key in English and the singular, places as @CODE, without fillers and without the initials of the others."""
    words = [_meaning(word) for word in _PLACE.sub(lambda place: "@" + PLACES[place[0]].replace(" ", "_"), key).split()]
    words = [part for word in words if word not in FILLERS for part in word.split(".")] or key.split()
    for initials, others in ((words[0], words[1:]), (words[-1], words[:-1])):
        if 2 <= len(initials) <= 5 and len(others) == len(initials) and initials == "".join(word[0] for word in others):
            return others
    return words


def _meaning(word):
    if len(word) > 3 and word.isalpha():
        if word.endswith("IES"):
            word = MEANINGS.get(word[:-1], word[:-3] + "Y")
        elif word.endswith("S") and not word.endswith(("SS", "US", "IS")):
            word = word[:-1]
    return MEANINGS.get(word, word)


def settings(linkage=None, prior=PRIOR):
    """The linkage as Splink's settings."""
    comparisons = []
    for name, levels in LEVELS.items():
        described = []
        for level, condition in levels.items():
            if level == "unknown":
                described.append({"sql_condition": condition, "label_for_charts": level, "is_null_level": True})
                continue
            m, u = (linkage or LINKAGE)[name][level]
            described.append({"sql_condition": condition, "label_for_charts": level, "m_probability": m, "u_probability": u})
            if (name, level) == ("head", "same"):
                described[-1] |= {"tf_adjustment_column": "head", "tf_adjustment_weight": 1.0}
        comparisons.append({"output_column_name": name, "comparison_levels": described})
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="vendor_key",
        probability_two_random_records_match=prior,
        blocking_rules_to_generate_predictions=[block_on(block) for block in BLOCKS],
        comparisons=comparisons,
        retain_matching_columns=False,
    )


def score(keys, linkage=None, prior=PRIOR):
    """Every pair of keys in a block with its match_probability, the most probable first."""
    total = max(len(keys), FEWEST_KEYS)
    frequencies = keys["head"].value_counts().rename_axis("head").reset_index(name="n_keys")
    frequencies = pd.DataFrame({"head": frequencies["head"], "tf_head": frequencies["n_keys"] / total})
    # A connection of its own leaves the settings and the catalog of the build alone.
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "temp_directory": ""}) as connection:
        connection.execute("create table vendor as select * from keys order by vendor_key")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("vendor", table_name="vendors"), settings(linkage, prior), log_level=None, validate_settings=False)
        linker.table_management.register_term_frequency_lookup(api.register(frequencies, table_name="frequencies"), "head")
        predicted = linker.inference.predict(warning_mode="never")
        connection.execute(f"create table pair as select vendor_key_l, vendor_key_r, match_probability from {predicted.physical_name}")
        return connection.sql(
            f"select vendor_key_l, vendor_key_r, match_probability, {_level('name')} as level from ({_both_sides(keys)}) "
            "order by match_probability desc, vendor_key_l, vendor_key_r"
        ).df()


def _level(comparison):
    """An SQL expression for the level of a comparison."""
    cases = [f"when {condition} then '{level}'" for level, condition in LEVELS[comparison].items() if condition != "ELSE"]
    return f"case {' '.join(cases)} else 'else' end"


def _both_sides(keys):
    columns = [column for column in keys.columns if column not in (*BLOCKS, "vendor_key")]
    sides = ", ".join(f"one.{column} as {column}_l, other.{column} as {column}_r" for column in columns)
    return (
        f"select pair.*, {sides} from pair inner join vendor as one on pair.vendor_key_l = one.vendor_key "
        "inner join vendor as other on pair.vendor_key_r = other.vendor_key"
    )


def cluster(keys, links, chosen):
    """The vendor of each key, and of those that a link has joined to another the highest probability of such a link.

    Links are taken from the most probable on; one that would join two vendors that the overrides name apart is left.
    """
    parent = {key: key for key in keys["vendor_key"]}
    named = {key: chosen.get(key) for key in parent}
    for vendor_id in chosen.values():
        if vendor_id in named and named[vendor_id] is None:
            named[vendor_id] = vendor_id

    def root(key):
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def join(left, right):
        left, right = root(left), root(right)
        if left == right:
            return True
        if named[left] and named[right] and named[left] != named[right]:
            return False
        parent[right] = left
        named[left] = named[left] or named[right]
        return True

    first = {}
    for key, vendor_id in named.items():
        if vendor_id:
            join(first.setdefault(vendor_id, key), key)

    joined = []
    longer = defaultdict(list)
    for left, right, level, chance in zip(links["vendor_key_l"], links["vendor_key_r"], links["level"], links["match_probability"], strict=True):
        if level in DEPENDENT:
            shorter, other = sorted((left, right), key=len)
            longer[shorter].append((other, chance))
        elif join(left, right):
            joined.append((left, right, chance))
    # From the longest on, so that what is cut twice follows what is cut once.
    for shorter in sorted(longer, key=lambda key: (-len(key), key)):
        if len({root(other) for other, _ in longer[shorter]}) == 1:
            joined += [(shorter, other, chance) for other, chance in longer[shorter] if join(shorter, other)]

    chances = {}
    for left, right, chance in joined:
        for key in (left, right):
            chances[key] = max(chance, chances.get(key, 0))
    rows = dict(zip(keys["vendor_key"], keys["n_rows"], strict=True))
    heads = {}
    for key in sorted(parent, key=lambda key: (-rows[key], key)):
        heads.setdefault(root(key), key)
    return {key: named[root(key)] or heads[root(key)] for key in parent}, chances
