"""The MQTT contract: topics, messages, client and embedded broker."""
