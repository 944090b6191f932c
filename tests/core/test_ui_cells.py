"""Options of a select as HTML."""

from __future__ import annotations

from webapp.core.ui.cells import select_options


def test_the_option_with_the_value_is_selected_whatever_its_type():
    assert select_options([(1, "one"), ("2", "two")], 2) == '<option value="1">one</option><option value="2" selected>two</option>'
    assert select_options([(1, "one")], "1") == '<option value="1" selected>one</option>'
    assert "selected" not in select_options([("a", "A")], None)


def test_values_and_texts_are_escaped():
    assert select_options([('"<', "<b>&")], "") == '<option value="&#34;&lt;">&lt;b&gt;&amp;</option>'
