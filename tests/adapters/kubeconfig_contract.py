"""What every KubeconfigReader must do, the real one and the fake."""

from kubeport.application.ports import KubeconfigReader
from kubeport.domain.context import ContextRef

SHOP = ContextRef("shop", "web")
LAB = ContextRef("lab")


class KubeconfigContract:
    """Subclass it and say in ``reader`` how to make a reader that knows given contexts."""

    def reader(self, contexts: tuple[ContextRef, ...], current: str) -> KubeconfigReader:
        """A reader of exactly *contexts*, with *current* selected (none, if empty)."""
        raise NotImplementedError

    def test_tells_all_contexts_in_their_order(self) -> None:
        """Names and namespaces come out as they were given, in the same order."""
        assert self.reader((SHOP, LAB), "lab").read().contexts == (SHOP, LAB)

    def test_tells_the_current_context(self) -> None:
        """The selected context is current."""
        assert self.reader((SHOP, LAB), "lab").read().current == "lab"

    def test_tells_that_none_is_current(self) -> None:
        """Where nothing is selected, current is an empty text."""
        assert self.reader((SHOP, LAB), "").read().current == ""

    def test_may_know_no_context(self) -> None:
        """Without contexts the answer is empty and nothing is raised."""
        assert self.reader((), "").read().contexts == ()

    def test_keeps_a_current_context_that_does_not_exist(self) -> None:
        """A dangling selection is told as it is: whoever asked decides what to do."""
        config = self.reader((SHOP,), "gone").read()
        assert (config.current, config.find("gone")) == ("gone", None)

    def test_answers_the_same_again(self) -> None:
        """Reading twice gives equal answers."""
        reader = self.reader((SHOP, LAB), "shop")
        assert reader.read() == reader.read()
