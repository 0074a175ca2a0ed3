"""What is a number in a netlist that is followed? Its text, and how it follows from parameters that are kept open."""

from ebana_like.expressions import Tree


class NumberText(str):
    """A number as text, and how it follows from open parameters."""

    formula: Tree

    def __new__(cls, text: str, formula: Tree) -> "NumberText":
        number = super().__new__(cls, text)
        number.formula = formula
        return number
