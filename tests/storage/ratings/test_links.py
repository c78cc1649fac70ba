"""What the link of a notice proves a dossier by."""

from secrets import token_bytes

from hypothesis import given
from hypothesis import strategies as st

from storage.cipher import Cipher
from storage.ratings.links import is_proof, proof_of

MASTER, INDEX = token_bytes(32), token_bytes(32)
CIPHER = Cipher(master_key=MASTER, index_key=INDEX)


def test_it_is_derived_from_the_code_and_the_key() -> None:
    """The same each time; another dossier's, or another installation's, is another."""
    proof = proof_of(CIPHER, "H26.1-261121-0001")
    assert is_proof(Cipher(master_key=token_bytes(32), index_key=INDEX), "H26.1-261121-0001", proof)
    assert not is_proof(CIPHER, "H26.1-261121-0002", proof)
    assert not is_proof(Cipher(master_key=MASTER, index_key=token_bytes(32)), "H26.1-261121-0001", proof)


@given(st.text(max_size=40))
def test_nothing_else_proves_it(given_text: str) -> None:
    """Whatever is sent, also what is no proof at all."""
    assert not is_proof(CIPHER, "H26.1-261121-0001", given_text)
