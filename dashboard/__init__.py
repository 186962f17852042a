"""The dashboard: walls and desktops in a browser, from a process that speaks MQTT only."""
