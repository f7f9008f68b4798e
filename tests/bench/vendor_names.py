"""Synthetic vendor names with planted truth, with the faults that names have in the federal disclosure of contracts. None is meant to be anyone's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate


def _words(text: str) -> list[str]:
    return text.split()


# Common words of names, the most common first; they are drawn the more often the earlier they stand.
_SURNAMES = _words(
    """
    Tremblay Smith Gagnon Roy Brown Martin Côté Bouchard Gauthier Morin Lavoie Fortin Wilson Gagné Ouellet Pelletier Bélanger Lévesque
    Bergeron Leblanc Campbell MacDonald Taylor Johnson Anderson Lee Singh Wong Nguyen Thompson White Stewart Scott Clark King Young Mitchell
    Ross Reid Murray Girard Simard Boucher Caron Beaulieu Cloutier Dubé Poirier Fournier Lapointe Leclerc Lefebvre Poulin Thibault St-Pierre
    Nadeau Martel Landry Grant Fraser Hamilton Walker Wright Hill Green Baker Adams Nelson Carter Evans Bell Kelly Patel Chan Khan Sharma
    Gill Dhaliwal Friesen Penner Reimer Klassen Kowalski Petrov Ivanov Rossi Romano Ferrari O'Brien O'Neill D'Amours Villeneuve Laplante
    Dufour Charbonneau Archambault Desjardins Robitaille Castonguay Bourgeois Cormier Doucet Arsenault Gallant Comeau Surette
    """
)
_FIRST_NAMES = _words(
    """
    Jean John Michael Marie Robert David Pierre Susan Daniel Linda Richard Nathalie Mark Sylvie Paul Karen André Nancy Claude Heather
    Stéphane Catherine Luc Jennifer Alain Julie Brian Isabelle Kevin Martine Scott Chantal Gordon Louise Ian Diane Peter Hélène Greg Manon
    """
)
_TRADES_TEXT = """
    Consulting:Conseil | Construction:Construction | Plumbing:Plomberie | Roofing:Toiture | Electric:Électrique | Engineering:Ingénierie |
    Transport:Transport | Training:Formation | Translation:Traduction | Security:Sécurité | Cleaning:Nettoyage |
    Environmental Services:Services environnementaux | Marine Services:Services maritimes | Research:Recherche | Technologies:Technologies
    | Systems:Systèmes | Solutions:Solutions | Communications:Communications | Software:Logiciels | Printing:Impression |
    Landscaping:Aménagement | Excavation:Excavation | Heating:Chauffage | Medical:Médical | Laboratories:Laboratoires |
    Logistics:Logistique | Aviation:Aviation | Aerospace:Aérospatiale | Energy:Énergie | Health Services:Services de santé |
    Welding:Soudure | Paving:Pavage | Equipment Rental:Location d'équipement | Furniture:Meubles | Foods:Aliments |
    Legal Services:Services juridiques | Property Management:Gestion immobilière | Human Resources:Ressources humaines |
    Information Systems:Systèmes informatiques | Industrial Products:Produits industriels | Trucking:Camionnage | Architects:Architectes |
    Surveys:Arpentage | Designs:Design | Electronics:Électronique | Networks:Réseaux | Instruments:Instruments | Supplies:Fournitures |
    Aggregates:Granulats | Helicopters:Hélicoptères | Media:Médias | Insurance:Assurance | Farms:Fermes | Auto Parts:Pièces d'auto |
    Office Products:Produits de bureau | Scientific:Scientifique | Water Services:Services d'eau
"""
# In English and French.
_TRADES = [trade.strip().split(":") for trade in " ".join(_words(_TRADES_TEXT)).split("|")]
_QUALIFIERS = _words(
    """
    National Northern Western Atlantic Pacific Capital Premier Advanced General Global Royal First United Central Eastern Coastal Arctic
    Prairie Maple Polar
    """
)
_PLACES = _words(
    """
    Ottawa Toronto Montréal Halifax Calgary Winnipeg Vancouver Québec Ontario Manitoba Victoria Regina Moncton Kingston Gatineau Edmonton
    Saskatoon Yukon
    """
)
_JURISDICTIONS = ["Québec", "Ontario", "Canada", "Alberta", "B.C.", "Manitoba", "Nova Scotia"]
_FORMS = {
    False: ["Inc.", "INC", "Ltd.", "Limited", "Corp.", "Corporation", "Ltd", "Incorporated", "Co. Ltd.", ""],
    True: ["inc.", "Inc", "ltée", "Limitée", "enr.", "S.E.N.C.", ""],
}
_ONSETS = _words(
    """
    b br c ch cl cr d dr f fl g gl gr h j k kr l m n p pl pr qu r s sc sh sl sp st t th tr v w x z
    """
)
_NUCLEI = _words(
    """
    a e i o u ai ea ee io oo ou ia
    """
)
_CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "x", "ck", "nd", "nt", "rt", "st", "tek", "com", "ron", "dyne", "max", "tech", "sys"]


def vendor_names(number: int, seed: int = 1) -> Iterator[tuple[str, str, int]]:
    """As many distinct names, each with its vendor and the rows that it has: 1.7 names a vendor, of some none but one, of others up to a dozen."""
    chance = random.Random(seed)
    seen: set[str] = set()
    cores: set[tuple[str, ...]] = set()
    vendor = 0
    while len(seen) < number:
        core, is_french, kind = _core(chance)
        if core in cores:
            continue
        cores.add(core)
        vendor += 1
        most = chance.choices((1, 2, 3, 5, 12), (58, 20, 12, 7, 3))[0]
        for place in range(most):
            name = _spelling(chance, core, is_french, kind, is_first=place == 0)
            if name not in seen and len(seen) < number:
                seen.add(name)
                yield name, f"vendor {vendor}", 1 + int(chance.paretovariate(0.9)) if place == 0 else 1


def _core(chance: random.Random) -> tuple[tuple[str, ...], bool, str]:
    """The words of a name in English and French where it has both, whether it is a French one, and its kind."""
    is_french = chance.random() < 0.3
    kind = chance.choices(("brand", "surname", "person", "numbered", "qualified", "joint venture"), (46, 22, 14, 8, 8, 2))[0]
    english, french = chance.choice(_TRADES)
    if kind == "brand":
        words = (_brand(chance), english, french)
    elif kind == "surname":
        words = (_frequent(chance, _SURNAMES) + chance.choice(("", "", f" {_frequent(chance, _SURNAMES)}")), english, french)
    elif kind == "person":
        words = (
            f"{_frequent(chance, _FIRST_NAMES)} {_frequent(chance, _SURNAMES)}"
            if chance.random() < 0.3
            else f"{_frequent(chance, _FIRST_NAMES)} {_brand(chance)}",
        )
    elif kind == "numbered":
        number = f"{chance.randint(9000, 9500)}-{chance.randint(0, 9999):04}" if chance.random() < 0.6 else str(chance.randint(100_000, 14_000_000))
        words = (number, "Québec" if "-" in number else chance.choice(_JURISDICTIONS))
    elif kind == "qualified":
        words = (f"{chance.choice(_QUALIFIERS)} {_brand(chance)}" if chance.random() < 0.6 else chance.choice(_QUALIFIERS), english, french)
    else:
        words = (f"{_brand(chance)} {english}", f"{_frequent(chance, _SURNAMES)} Construction")
    if kind in ("brand", "surname", "qualified") and chance.random() < 0.12:
        words += (chance.choice(_PLACES),)
    return words, is_french, kind


def _frequent(chance: random.Random, words: list[str]) -> str:
    return chance.choices(words, cum_weights=list(accumulate(1 / (rank + 3) for rank in range(len(words)))))[0]


def _brand(chance: random.Random) -> str:
    return "".join(
        chance.choice(_ONSETS) + chance.choice(_NUCLEI) for _ in range(chance.choices((1, 2, 3), (10, 45, 45))[0])
    ).capitalize() + chance.choice(_CODAS)


def _spelling(chance: random.Random, core: tuple[str, ...], is_french: bool, kind: str, *, is_first: bool) -> str:
    in_french = is_french if is_first or chance.random() < 0.85 else not is_french
    form = chance.choice(_FORMS[in_french])
    if kind == "person":
        first, last = core[0].rsplit(" ", 1)
        name = core[0] if is_first or chance.random() < 0.5 else f"{last}, {first}"
    elif kind == "numbered":
        name = f"{core[0] if chance.random() < 0.7 else core[0].replace('-', ' ')} {core[1]} {form or 'Inc.'}"
    elif kind == "joint venture":
        one, other = core if chance.random() < 0.7 else core[::-1]
        name = chance.choice((f"{one} Inc. / {other} Ltd.", f"{one} and {other} in joint venture", f"{one} & {other} Joint Venture"))
    else:
        own, english, french, *place = core
        words = f"{french} {own}" if in_french and chance.random() < 0.6 else f"{own} {french if in_french else english}"
        if place:
            words += f" ({place[0]})" if chance.random() < 0.5 else f" {place[0]}"
        elif not is_first and chance.random() < 0.08:
            words += " Canada"
        if in_french and chance.random() < 0.1:
            words = f"Les {words}" if words.split()[0].endswith("s") else f"Groupe {words}"
        name = f"{words}{',' if chance.random() < 0.1 else ''} {form}".strip()
    if not is_first and kind != "numbered" and chance.random() < 0.35:
        name = _misspelled(chance, name)
    name = chance.choice((str.upper, str.upper, str.title, str))(name)
    if chance.random() < 0.3:
        name = name.translate(str.maketrans("éèêÉÈÊàÀôÔçÇ", "eeeEEEaAoOcC"))
    return name[: chance.choice((30, 35))].strip() if chance.random() < 0.15 else name


def _misspelled(chance: random.Random, name: str) -> str:
    at = chance.randrange(1, len(name) - 1)
    letter = chance.choice("aeiourstln")
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + letter + name[at + 1 :],
            name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
        )
    )
