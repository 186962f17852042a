"""A bridge between a PBX and Tidegate in miniature: one call. Usage: pbx_bridge.py [PORT]"""

import json
import sys
import time
import uuid

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTMessage

BASE = "tidegate/v1/demo/main/default"  # tenant, site and domain of the shipped configuration
calls = [{"contact_id": f"call-{uuid.uuid4().hex}", "queue_id": "service"}]  # still to come in
live, unanswered = [], {}  # contacts we have; messages the engine has not answered, by event id


def send(kind: str, **fields: object) -> None:
    """Tell the engine something, and remember it: only the engine's reply acknowledges it."""
    event_id = uuid.uuid4().hex
    unanswered[event_id] = json.dumps({"type": kind, "event_id": event_id, **fields})
    print("->", unanswered[event_id])
    pbx.publish(f"{BASE}/in/bridge/pbx-1", unanswered[event_id], qos=1)


def on_connect(*_: object) -> None:
    """At every connection: listen, and say first which contacts there are."""
    pbx.subscribe([(f"{BASE}/reply/bridge/pbx-1", 1), (f"{BASE}/decisions/bridge/pbx-1", 1)])
    send("live_contacts_reported", contacts=live)
    send("agent_signed_in", agent_id="agent-1", ready=True)
    while calls:
        live.append(calls.pop())
        send("contact_arrived", **live[-1])


def on_message(_: Client, __: object, message: MQTTMessage) -> None:
    """Forget what was answered, and do what was decided."""
    print("<-", message.payload.decode())
    batch = json.loads(message.payload)
    for reply in batch.get("replies", []):
        if reply["status"] != "busy":
            unanswered.pop(reply.get("event_id"), None)
    for one in batch.get("decisions", []):  # a real bridge skips decision ids it has seen
        told = {key: one.get(key) for key in ("contact_id", "agent_id", "revision")}
        match one["type"], one.get("state"):
            case "contact_reserved", _:  # the PBX rings this agent, who answers
                send("ringing", **told)
                send("accepted", **told)
            case "assignment_changed", "talk":  # it connects the two; later the caller hangs up
                send("contact_ended", contact_id=one["contact_id"])
            case "assignment_changed", "wrap_up":  # the agent has nothing to write down
                send("wrap_up_completed", **told)
                live.clear()


pbx = Client(CallbackAPIVersion.VERSION2, client_id="pbx-1")
pbx.on_connect, pbx.on_message = on_connect, on_message
pbx.connect("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 1883)
pbx.loop_start()
while time.sleep(2) or calls or live or unanswered:
    for message in list(unanswered.values()):
        pbx.publish(f"{BASE}/in/bridge/pbx-1", message, qos=1)  # until it is answered
