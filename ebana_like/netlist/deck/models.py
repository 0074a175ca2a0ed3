"""Which model does an element of a subcircuit mean? The one of that name in its block, or in those around it."""

from collections.abc import Mapping
from functools import partial

from ebana_like.elements import ModelCard
from ebana_like.netlist.deck.cards import parse_card
from ebana_like.netlist.deck.flat import Flat, hint
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.scope import Scope, Value
from ebana_like.netlist.deck.subcircuits import NAME, Subcircuit


class Models(Scope):
    """What model names mean in one use of a block."""

    outer: "Models | None"

    def __init__(
        self, block: Subcircuit, flat: Flat, path: str, given: Mapping[str, Value], outer: "Models | None"
    ) -> None:
        super().__init__(block, flat, path, given, outer)
        self.model_of: dict[str, ModelCard] = {}

    def model(self, name: str) -> Line | None:
        """Return the line of a model that is defined in this block: of several the first whose condition holds."""
        return next((line for line, branch in self.block.models.get(name, ()) if self.taken(branch)), None)

    def known_models(self) -> list[str]:
        """Return the names of the models here and around."""
        return [*filter(self.model, self.block.models), *(self.outer.known_models() if self.outer is not None else ())]

    def has_card(self, name: str) -> bool:
        """Whether there is a model of that name here or around."""
        here = name in self.block.models and self.model(name) is not None
        return here or (self.outer is not None and self.outer.has_card(name))

    def bins(self, name: str) -> list[str]:
        """Return the names of the models NAME.1, NAME.2 ... here, or else around."""
        head = f"{name}."
        found = [each for each in self.block.models if each.startswith(head) and each.removeprefix(head).isdecimal()]
        return found if found or self.outer is None else self.outer.bins(name)

    def of_card(self, line: Line, word: str) -> str:
        """Return the value of a model's parameter, worked out where it follows from the netlist's."""
        if word[0] in "{'":
            return self.number(line, word)
        asks = not word[0].isdigit() and all(map(self.is_parameter, found := NAME.findall(word))) and found
        return self.worked_out(line, word) if asks else word

    def card(self, line: Line, name: str) -> ModelCard:
        """Return the model of that name, its expressions evaluated."""
        if name in self.model_of:
            return self.model_of[name]
        own = self.model(name)
        if own is None:
            if not self.has_card(name):
                raise line.error(
                    f"there is no .model line for {name}{self.flat.elsewhere}{hint(name, self.known_models())}"
                )
            assert self.outer is not None
            return self.outer.card(line, name)
        where = f"{own.source}, line {own.number}"
        card = parse_card(own.text, where, partial(self.of_card, own), partial(self.remark, own))
        self.model_of[name] = self.flat.shared(card)
        return self.model_of[name]

    def shared(self, card: ModelCard) -> ModelCard:
        """Return the card under a name that no card with other values has."""
        return self.flat.shared(card)

    def remark(self, line: Line, what: str) -> None:
        """Note what a line says that is not done as it says."""
        self.flat.notes.add(line, what)
