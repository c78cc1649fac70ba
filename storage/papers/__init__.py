"""Files that agencies hand over: what they are, whether they are safe to keep, and the copy that is printed.

Everything here works on files alone and knows no database. What opens a file runs in a child process of
`storage.papers.workshop`, since a PDF is hostile input: it is bounded in time and memory there, holds no key,
and takes nothing with it when it dies.
"""
