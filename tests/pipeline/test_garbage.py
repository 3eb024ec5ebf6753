"""Garbage collection around the loading of modules."""

import gc
import weakref

import pytest

from pipeline.garbage import loading


class Knot:
    """An object that only garbage collection can free, since it holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_looked_for_while_modules_load_and_afterwards_in_what_was_there():
    with loading():
        assert not gc.isenabled()
        before = weakref.ref(Knot())
    assert gc.isenabled()
    after = weakref.ref(Knot())
    gc.collect()
    assert before() is not None and after() is None


def test_it_stays_off_where_it_was_off_and_comes_back_after_an_error():
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()
    gc.enable()
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
