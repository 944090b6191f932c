import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.ids import ALPHABET, MistypedCode, derived_code, new_code, read_code


def test_a_code_reads_back_however_it_is_typed():
    code = new_code()
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ")) == code
    assert read_code(code.replace("0", "o").replace("1", "l").replace("-", "")) == code


@given(st.integers(0, 13), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(place, letter):
    code = new_code()
    letters = list(code.replace("-", ""))
    if letters[place] == letter:
        return
    letters[place] = letter
    with pytest.raises(MistypedCode):
        read_code("".join(letters))


@given(st.integers(0, 12))
def test_two_neighbours_swapped_are_noticed(place):
    letters = list(new_code().replace("-", ""))
    if letters[place] == letters[place + 1]:
        return
    letters[place], letters[place + 1] = letters[place + 1], letters[place]
    with pytest.raises(MistypedCode):
        read_code("".join(letters))


@given(st.text(max_size=40))
def test_other_text_never_passes_as_a_code(text):
    try:
        code = read_code(text)
    except MistypedCode:
        return
    assert len(code.replace("-", "")) == 14


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_derived_code_is_always_the_same_and_another_for_other_words_or_another_key(words, others):
    code = derived_code(b"key", words)
    assert read_code(code) == code == derived_code(b"key", words)
    assert (derived_code(b"key", others) == code) == (words == others)
    assert derived_code(b"another key", words) != code
