"""A party's own store of documents: results and component papers, their files, and who was shown them."""
