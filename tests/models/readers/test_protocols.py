"""What a reader looks like."""

from excerpt.models.readers import Answer, Reader


class Parrot:
    """Answers with the context."""

    name = "parrot"

    def read(self, question, context):
        return Answer(context)


def test_any_object_of_the_right_shape_is_a_reader():
    """There is no base class."""
    assert isinstance(Parrot(), Reader)
    assert not isinstance(object(), Reader)


def test_the_exported_names_are_there():
    """Sorted, resolved on use."""
    import excerpt.models.readers as package

    assert sorted(package.__all__) == list(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)
