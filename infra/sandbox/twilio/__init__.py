"""Twilio's Messages endpoint and its status callbacks: https://www.twilio.com/docs/messaging/api."""
