"""The TwiML documents with which a call is answered. Pure."""

from __future__ import annotations

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse

#: Twilio takes text messages of up to this many characters.
MOST_TEXT = 1600


def relay(base: str, greeting: str, voice: str, conversation: str) -> str:
    """Connects the call to our WebSocket; `base` is the service's public http(s) address."""
    response = VoiceResponse()
    connect = Connect(action=f"{base}/twilio/after-relay")
    session = connect.conversation_relay(
        url=f"{base.replace('http', 'ws', 1)}/twilio/relay",
        welcome_greeting=greeting,
        language=voice,
        dtmf_detection="true",
        interruptible="any",
        partial_prompts=True,
    )
    session.parameter(name="conversation", value=conversation)
    response.append(connect)
    return str(response)


def gather(base: str, words: str, voice: str, *, step: int, digits: int = 1, silences: int = 0) -> str:
    """Says `words` and listens to speech or up to `digits` keys; what is heard comes back as this step."""
    response = VoiceResponse()
    action = f"{base}/twilio/gather?step={step}&silences={silences}"
    listening = Gather(
        input="speech dtmf",
        action=action,
        language=voice,
        speech_timeout="auto",
        num_digits=digits,
        timeout=8,
    )
    listening.say(words, language=voice)
    response.append(listening)
    # Silence ends a Gather without its action: going there all the same lets the desk ask again.
    response.redirect(action, method="POST")
    return str(response)


def transfer(base: str, words: str, voice: str, number: str) -> str:
    """Says `words` and connects the caller to a person."""
    response = VoiceResponse()
    if words:
        response.say(words, language=voice)
    dial = Dial(action=f"{base}/twilio/after-transfer", timeout=30)
    dial.number(number)
    response.append(dial)
    return str(response)


def farewell(words: str, voice: str) -> str:
    """Says `words`, if any, and hangs up."""
    response = VoiceResponse()
    if words:
        response.say(words, language=voice)
    response.hangup()
    return str(response)


def text_messages(texts: list[str]) -> str:
    """Answers a text message with others, each cut to what one can hold."""
    response = MessagingResponse()
    for text in texts:
        response.message(text[:MOST_TEXT])
    return str(response)
