"""Under which purposes of a party's key (`storage.cipher`) is kept what was written."""

COMPLAINT = "complaint.text"
ENTRY = "complaint_entry.text"
