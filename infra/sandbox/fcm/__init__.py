"""Firebase Cloud Messaging, HTTP v1, and the Google token service in front of it."""
