"""Words that an agency's officers begin their answers with."""
