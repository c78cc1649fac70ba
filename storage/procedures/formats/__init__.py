"""Forms in which a catalogue comes, each read into `storage.procedures.record.Procedure`."""
