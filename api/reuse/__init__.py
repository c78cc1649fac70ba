"""Results are used again where their owner lets an agency have them: nothing is handed in twice."""
