"""A party's own store of documents, and the links that it gives others to them."""
