"""Zalo's template messages (ZNS, since 2026 ZBS Template Message), their tokens and their events."""
