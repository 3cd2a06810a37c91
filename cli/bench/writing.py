"""Texts to fill a large collection with: words drawn by frequency as in real language.

Words are made of common characters, most of two, and drawn by Zipf's law, so that pairs of
characters are as unevenly frequent as in Chinese. The texts mean nothing. Everything follows
from the seed.
"""

import random
from dataclasses import dataclass
from itertools import accumulate

COMMON = (
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学"
    "对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头"
    "面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向"
    "情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信"
    "北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难"
    "神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物"
)
ENGLISH = (
    *("marine", "robot", "parts", "materials", "chip", "energy", "storage", "logistics"),
    *("park", "medical", "device", "sensor", "motor", "compressor", "appliance", "bearing"),
    *("battery", "aviation", "supply", "chain", "cold", "port", "testing", "design"),
    *("software", "hydrogen", "vehicle", "rail", "crane", "valve", "pump", "film", "glass"),
    *("fibre", "alloy", "resin", "coating", "forging", "casting", "welding", "drone"),
    *("satellite", "radar", "laser", "optical", "display", "panel", "server", "cloud", "data"),
    *("model", "vision", "control", "drive", "gear", "shaft", "pipe", "tank", "vessel"),
    *("turbine", "rotor", "blade", "cable", "switch", "meter", "relay", "filter", "membrane"),
    *("enzyme", "vaccine", "protein", "reagent", "scanner", "implant", "textile", "garment"),
    *("furniture", "ceramic", "packaging", "printing", "brewing", "dairy", "seafood", "grain"),
    *("feed", "seed", "fertiliser", "greenhouse", "irrigation", "tourism", "exhibition"),
    *("insurance", "leasing", "finance", "training", "research", "standard", "certification"),
    "export",
)
# The characters that rare phrases are made of: none of their pairs need occur elsewhere.
FREQUENT = 60
WORDS, ENDINGS = 4_000, ("项目", "基地", "配套项目", "产业园")
COMMA_AFTER = 6
RARE_PHRASES, PLANTED = 10, 25


def cumulative(count: int) -> list[float]:
    """Return the weights of Zipf's law for ranks 1 to `count`, summed up for `choices`."""
    return list(accumulate(1 / (rank + 2.7) for rank in range(1, count + 1)))


@dataclass(frozen=True)
class Vocabulary:
    """The words, the most frequent first, and phrases that occur only where they are planted."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    english_weights: tuple[float, ...]
    rare_phrases: tuple[str, ...]

    @classmethod
    def make(cls, seed: int = 1) -> "Vocabulary":
        """Return the vocabulary of a seed."""
        draw = random.Random(seed)  # noqa: S311 - texts for a test, no secrets
        weights = cumulative(len(COMMON))
        words: dict[str, None] = {}
        while len(words) < WORDS:
            size = draw.choice((2, 2, 2, 3))
            words["".join(draw.choices(COMMON, cum_weights=weights, k=size))] = None
        phrases: dict[str, None] = {}
        while len(phrases) < RARE_PHRASES:
            phrases["".join(draw.sample(COMMON[:FREQUENT], 5))] = None
        return cls(
            tuple(words),
            tuple(cumulative(len(words))),
            tuple(cumulative(len(ENGLISH))),
            tuple(phrases),
        )

    def sentence(self, draw: random.Random, words: int) -> str:
        """Return a sentence of Chinese, with a comma after every few words."""
        drawn = draw.choices(self.words, cum_weights=self.weights, k=words)
        parts = ["".join(drawn[i : i + COMMA_AFTER]) for i in range(0, words, COMMA_AFTER)]
        return "，".join(parts) + "。"

    def title(self, draw: random.Random) -> str:
        """Return a title of Chinese."""
        drawn = draw.choices(self.words, cum_weights=self.weights, k=2)
        return "".join(drawn) + draw.choice(ENDINGS)

    def english(self, draw: random.Random, words: int) -> str:
        """Return words of English, the first with a capital."""
        drawn = draw.choices(ENGLISH, cum_weights=self.english_weights, k=words)
        return " ".join(drawn).capitalize()
