"""Which published vendor names are one vendor: names of one key, and keys that a fixed model of record linkage links.

The model is Fellegi and Sunter's (1969), run by Splink on the pairs of keys that share a block. Nothing is trained here, so that a build says the
same of the same names: LINKAGE is what `python -m tests.bench.vendors estimate` prints. A name that was cut, lacks a word such as GROUP, or is the
trade name of a numbered company is linked only where its fuller forms are one vendor. What the seed vendor_override says wins over all of it.
"""

import logging
import re
import tempfile
from collections import defaultdict

import duckdb
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# A block of more keys than this is no evidence that two of them are one vendor.
LARGEST_BLOCK = 100
# A word that a small file has once is no rarer than one that a large file has once.
FEWEST_KEYS = 100_000


def misspelled(words, letters):
    """An SQL condition: the words that only one of two lists has differ by few letters; `letters` are the lists joined."""
    only = [f"array_to_string(list_filter({words}_{one}, lambda w: not list_contains({words}_{other}, w)), '')" for one, other in ("lr", "rl")]
    length = f"greatest(length({only[0]}), length({only[1]}))"
    most = f"case when {length} >= 18 then 3 when {length} >= 10 then 2 when {length} >= 6 then 1 else 0 end"
    # Cheap before dear.
    return (
        f"(least(length({letters}_l), length({letters}_r)) >= 10 and abs(length({letters}_l) - length({letters}_r)) <= 3 "
        f"and damerau_levenshtein({letters}_l, {letters}_r) <= 3 "
        f"and damerau_levenshtein({only[0]}, {only[1]}) <= {most})"
    )


# What is compared -> its levels, of which the first that holds counts, on the columns of both keys that `describe` makes.
COMPARISONS = {
    "name": {
        "another name": "known_as_l = known_as_r and is_known_otherwise_l <> is_known_otherwise_r",
        "same words": "sorted_l = sorted_r or joined_l = joined_r",
        "cut": "(may_be_cut_l and starts_with(vendor_key_r, vendor_key_l)) or (may_be_cut_r and starts_with(vendor_key_l, vendor_key_r))",
        "misspelled": f"unknown_l <> unknown_r and ({misspelled('words', 'joined')} or {misspelled('published', 'letters')})",
        "generic words more": "own_l = own_r and least(length(letters_l), length(letters_r)) >= 5 "
        "and (list_has_all(generic_l, generic_r) or list_has_all(generic_r, generic_l))",
    },
    "head": {
        "same": "head_l = head_r or sorted_l = sorted_r",
        "misspelled": "least(length(head_l), length(head_r)) >= 6 "
        "and damerau_levenshtein(head_l, head_r) <= case when least(length(head_l), length(head_r)) >= 9 then 2 else 1 end",
        "elsewhere": "(length(head_l) >= 4 and contains(joined_r, head_l)) or (length(head_r) >= 4 and contains(joined_l, head_r))",
    },
    "country": {"unknown": "country_code_l is null or country_code_r is null", "same": "country_code_l = country_code_r"},
    "postal_area": {
        "unknown": "postal_area_l is null or postal_area_r is null",
        "same": "postal_area_l = postal_area_r",
        "same district": "postal_area_l[1] = postal_area_r[1]",
    },
}
# The chance of each level, and of none of them, where two keys are one vendor (m) and where they are not (u).
LINKAGE = {
    "name": {
        "another name": (0.0085, 1.4e-05),
        "same words": (0.34, 1.4e-05),
        "cut": (0.038, 1.4e-05),
        "misspelled": (0.25, 1.4e-05),
        "generic words more": (0.14, 1.4e-05),
        "else": (0.22, 1.0),
    },
    "head": {"same": (0.71, 0.00069), "misspelled": (0.12, 0.00019), "elsewhere": (0.09, 0.0017), "else": (0.085, 1.0)},
    # What no sample of names tells is set by judgment: most vendors are Canadian, few move.
    "country": {"same": (0.97, 0.82), "else": (0.03, 0.18)},
    "postal_area": {"same": (0.5, 0.01), "same district": (0.25, 0.15), "else": (0.25, 0.84)},
}
# How much of a head's rarity counts: of one that stands elsewhere in the other name, half.
FREQUENCY_WEIGHTS = {"same": 1.0, "elsewhere": 0.5}
# The chance that two keys of all are one vendor: one other spelling for each of 100,000.
PRIOR = 1e-5
THRESHOLD = 0.95

BLOCKS = (
    "by_words",
    "by_letters",
    "by_other_name",
    "by_own_words",
    "by_head",
    "by_head_and_end",
    "by_start",
    "by_end",
    "by_rest_and_start",
    "by_rest_and_end",
)

COLUMNS = {
    "vendor_name": "str",
    "vendor_key": "str",
    "vendor_id": "str",
    "method": "str",
    "match_probability": "float64",
    "is_joint_venture": "bool",
}


def model(dbt, session):
    dbt.config(materialized="table")
    return resolve(dbt.ref("int_procurement__vendor_key").df(), dbt.ref("vendor_word").df(), dbt.ref("vendor_override").df())


def resolve(names, words, overrides):
    """A row for each of `names`, in the columns of int_procurement__vendor; the arguments are the tables that `model` reads."""
    if names.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    keys = describe(names, words)
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

    key = names["vendor_key"]
    found = pd.DataFrame(
        {
            "vendor_name": names["vendor_name"],
            "vendor_key": key,
            "vendor_id": key.map(vendors),
            "method": key.map(method),
            "match_probability": key.map({key: chance for key, chance in chances.items() if key not in chosen}),
            "is_joint_venture": names["is_joint_venture"],
        }
    )
    return found.astype(COLUMNS).sort_values("vendor_name", ignore_index=True)


def describe(names, words):
    """A row for each key: what is compared, of its most frequent name where names differ, and the blocks that it is in."""
    names = names.sort_values(["n_rows", "vendor_name"], ascending=[False, True])
    keys = names.groupby("vendor_key", as_index=False).agg(
        n_rows=("n_rows", "sum"),
        is_joint_venture=("is_joint_venture", "first"),
        may_be_cut=("may_be_cut", "max"),
        known_as=("other_name_key", "first"),
        country_code=("country_code", "first"),
        postal_area=("postal_area", "first"),
    )
    keys["is_known_otherwise"] = keys["known_as"].notna()
    keys["known_as"] = keys["known_as"].fillna(keys["vendor_key"])
    vocabulary = Vocabulary(words)
    keys = pd.concat([keys, pd.DataFrame([compared(key, vocabulary) for key in keys["known_as"]])], axis="columns")
    # Names that differ by a number, a place, or in being a joint venture share no block but that of another name.
    keys["kind"] = keys.pop("numbers") + keys.pop("places") + keys["is_joint_venture"].map({True: " joint venture ", False: " "})
    for block in BLOCKS:
        if block != "by_other_name":
            keys[block] = keys["kind"] + keys[block].astype("str")
        size = keys[block].map(keys[block].value_counts())
        keys[block] = keys[block].where(size.between(2, LARGEST_BLOCK))
    return keys


class Vocabulary:
    """The seed vendor_word: what words mean in English and the singular, and which of them tell no vendor."""

    def __init__(self, words):
        kinds = words["kind"].fillna("")
        self.fillers, self.generic, trade = (set(words["word"][kinds == kind]) for kind in ("filler", "generic", "trade"))
        self.common = self.generic | trade
        self.known = set(words["meaning"])
        self.places = {word: "@" + place.replace(" ", "_") for word, place in words[["word", "meaning"]][kinds == "place"].itertuples(index=False)}
        self.meanings = dict(words[["word", "meaning"]][kinds != "place"].itertuples(index=False))
        phrases = sorted((word for word in words["word"] if " " in word or word in self.places), key=len, reverse=True)
        self.phrase = re.compile(r"\b(" + "|".join(phrases) + r")\b")

    def meaning(self, word):
        if len(word) > 3 and word.endswith("S") and not word.endswith(("SS", "US", "IS")):
            singular = word[:-1]
            word = word[:-3] + "Y" if word.endswith("IES") and singular not in self.meanings else singular
        return self.meanings.get(word, word)

    def read(self, key):
        """The words that a key means, places as @PLACE, without fillers and without the initials of the other words."""
        text = self.phrase.sub(lambda phrase: self.places.get(phrase[0]) or self.meanings[phrase[0]], key)
        words = [meaning for word in text.split() if (meaning := self.meaning(word)) not in self.fillers] or key.split()
        for initials, others in ((words[0], words[1:]), (words[-1], words[:-1])):
            if len(initials) > 1 and initials == "".join(word[0] for word in others):
                return others
        return words


def compared(key, vocabulary):
    """What of a key is compared, and its blocks."""
    words = vocabulary.read(key)
    content = [word for word in words if word[0] != "@"] or words
    own = [word for word in content if word not in vocabulary.generic] or content
    heads = [word for word in own if word not in vocabulary.common] or own
    head = heads[0]
    rest = "".join(word for word in content if word != head)
    joined = "".join(content)
    return {
        "numbers": " ".join(sorted(number for word in words for number in re.findall(r"\d+", word))),
        "places": " ".join(sorted(word for word in words if word[0] == "@")),
        "sorted": " ".join(sorted(content)),
        "joined": joined,
        "letters": key.replace(" ", ""),
        "words": content,
        "published": key.split(),
        "unknown": " ".join(word for word in content if word not in vocabulary.known),
        "own": " ".join(sorted(set(own))),
        "generic": sorted({word for word in content if word in vocabulary.generic}),
        "head": head,
        "by_words": " ".join(sorted(content)),
        "by_letters": joined,
        "by_other_name": key,
        "by_own_words": " ".join(sorted(set(own))),
        "by_head": f"{head} {rest[:2]}",
        "by_head_and_end": f"{head} {rest[-3:]}",
        "by_start": key[:14] if len(key) >= 14 else None,
        "by_end": key[-14:] if len(key) >= 14 else None,
        "by_rest_and_start": f"{head[:3]} {rest}" if len(head) >= 5 else None,
        "by_rest_and_end": f"{head[-3:]} {rest}" if len(head) >= 5 else None,
    }


def score(keys, linkage=LINKAGE):
    """Every pair of keys in a block, the most probable first: vendor_key_l, vendor_key_r, match_probability, and the level of their names."""
    n_keys = keys["head"].value_counts()
    frequencies = pd.DataFrame({"head": n_keys.index, "tf_head": n_keys.to_numpy() / max(len(keys), FEWEST_KEYS)})
    # Splink warns of comparisons that are never empty.
    logging.getLogger("splink").setLevel(logging.ERROR)
    # A connection of its own leaves the settings and the tables of the build alone.
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(config={"threads": 2, "memory_limit": "500MB", "temp_directory": folder}) as connection,
    ):
        connection.execute("create table key as select * from keys order by vendor_key")
        database = DuckDBAPI(connection)
        linker = Linker(database.register("key", table_name="keys_to_link"), settings(linkage), log_level=None, validate_settings=False)
        linker.table_management.register_term_frequency_lookup(database.register(frequencies, table_name="frequencies"), "head")
        predicted = linker.inference.predict(warning_mode="never").physical_name
        return connection.sql(
            f"select vendor_key_l, vendor_key_r, match_probability, {level('name')} as level from {both_sides(predicted, keys)} "
            "order by match_probability desc, vendor_key_l, vendor_key_r"
        ).df()


def settings(linkage):
    """The linkage as Splink takes it."""
    comparisons = []
    for name, conditions in COMPARISONS.items():
        levels = []
        for label, condition in [*conditions.items(), ("else", "ELSE")]:
            described = {"sql_condition": condition, "label_for_charts": label}
            if label == "unknown":
                described["is_null_level"] = True
            else:
                described["m_probability"], described["u_probability"] = linkage[name][label]
            if name == "head" and label in FREQUENCY_WEIGHTS:
                described |= {
                    "tf_adjustment_column": "head",
                    "tf_adjustment_weight": FREQUENCY_WEIGHTS[label],
                    "disable_tf_exact_match_detection": True,
                }
            levels.append(described)
        comparisons.append({"output_column_name": name, "comparison_levels": levels})
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="vendor_key",
        probability_two_random_records_match=PRIOR,
        blocking_rules_to_generate_predictions=[block_on(block) for block in BLOCKS],
        comparisons=comparisons,
        retain_matching_columns=False,
    )


def level(comparison):
    """An SQL expression for the level of a comparison."""
    cases = " ".join(f"when {condition} then '{label}'" for label, condition in COMPARISONS[comparison].items())
    return f"case {cases} else 'else' end"


def both_sides(pairs, keys):
    """An SQL relation of pairs of keys with the columns of both."""
    columns = [column for column in keys.columns if column not in (*BLOCKS, "vendor_key")]
    sides = ", ".join(f"l.{column} as {column}_l, r.{column} as {column}_r" for column in columns)
    return (
        f"(select pair.*, {sides} from {pairs} as pair "
        "inner join key as l on pair.vendor_key_l = l.vendor_key inner join key as r on pair.vendor_key_r = r.vendor_key)"
    )


def cluster(keys, links, chosen):
    """The vendor of each key; and of each that a link has joined to another, the probability of its best link.

    `links` come from the most probable on. Passed over is one that would join two vendors that `chosen` (key -> vendor) tells apart, or two companies
    that are named by numbers.
    """
    parent = {key: key for key in keys["vendor_key"]}
    vendor = {key: chosen.get(key) for key in parent}
    for vendor_id in chosen.values():
        if vendor_id in parent and vendor_id not in chosen:
            vendor[vendor_id] = vendor_id
    number = {key: key if re.match(r"\d{5,} [A-Z]", key) else None for key in parent}

    def root(key):
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def join(left, right):
        left, right = root(left), root(right)
        if left != right:
            parent[right] = left
            vendor[left] = vendor[left] or vendor[right]
            number[left] = number[left] or number[right]

    first = {}
    for key, vendor_id in vendor.items():
        if vendor_id:
            join(first.setdefault(vendor_id, key), key)

    chances = {}

    def link(left, right, chance):
        sides = root(left), root(right)
        for apart in (vendor, number):
            known = {apart[side] for side in sides} - {None}
            if sides[0] != sides[1] and len(known) == 2:
                return
        join(left, right)
        for key in (left, right):
            chances[key] = max(chance, chances.get(key, 0))

    is_numbered = dict(zip(keys["vendor_key"], keys["is_known_otherwise"], strict=True))
    fuller = defaultdict(list)
    for left, right, chance, label in links[["vendor_key_l", "vendor_key_r", "match_probability", "level"]].itertuples(index=False):
        if label in ("another name", "cut", "generic words more"):
            short, full = sorted((left, right), key=lambda key: (is_numbered[key], len(key), key))
            fuller[short].append((full, chance))
        else:
            link(left, right, chance)
    # From the longest on, so that what is cut twice follows what is cut once.
    for short in sorted(fuller, key=lambda key: (-len(key), key)):
        if len({root(full) for full, _ in fuller[short]}) == 1:
            for full, chance in fuller[short]:
                link(short, full, chance)

    n_rows = dict(zip(keys["vendor_key"], keys["n_rows"], strict=True))
    most_frequent = {}
    for key in sorted(parent, key=lambda key: (-n_rows[key], key)):
        most_frequent.setdefault(root(key), key)
    return {key: vendor[root(key)] or most_frequent[root(key)] for key in parent}, chances
