"""The TwiML documents with which a call is answered. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Dial, Gather, Start, VoiceResponse

from reception.channels.phone_words import Speaker

#: Twilio takes text messages of up to this many characters.
MOST_TEXT = 1600
#: Seconds that a person's phone rings, and that a caller's message may last.
RINGING = 25
LONGEST_MESSAGE = 180
#: Seconds of silence after which a Gather goes on without words, and a message is over.
SILENCE = 8
END_OF_MESSAGE = 6

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Talk:
    """What the documents of one call share: the service's public http(s) address, speech, likely names."""

    base: str
    speaker: Speaker
    hints: str = ""

    def url(self, webhook: str, /, **query: object) -> str:
        """The address of one of the call's webhooks."""
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.base}/twilio/{webhook}{asked}"

    def say(self, response: VoiceResponse | Gather, words: str) -> None:
        """Speaks `words`, if there are any."""
        if words:
            response.say(words, language=self.speaker.language, voice=f"Polly.{self.speaker.voice}")


def relay(talk: Talk, greeting: str, conversation: str, *, failures: int = 0, record: bool = False) -> str:
    """Connects the call to our WebSocket; with `record` the call is recorded from here on."""
    response = VoiceResponse()
    if record:
        response.append(_recording(talk))
    connect = Connect(action=talk.url("after-relay", failures=failures))
    session = connect.conversation_relay(
        url=f"{talk.base.replace('http', 'ws', 1)}/twilio/relay",
        welcome_greeting=greeting,
        welcome_greeting_interruptible="any",
        language=talk.speaker.language,
        tts_provider="Amazon",
        voice=talk.speaker.voice,
        hints=talk.hints,
        dtmf_detection="true",
        interruptible="any",
        # What is said over words that can't be interrupted must reach us too: it may be an emergency.
        report_input_during_agent_speech="any",
        partial_prompts=True,
    )
    session.parameter(name="conversation", value=conversation)
    response.append(connect)
    return _well_formed(response)


def gather(
    talk: Talk, words: str, *, action: str, digits: int = 1, record: bool = False, urgent: bool = False
) -> str:
    """Says `words` and listens to speech or up to `digits` keys; what is heard comes to `action`.

    What is `urgent` is said to its end first: nothing that is heard cuts it short.
    """
    response = VoiceResponse()
    if record:
        response.append(_recording(talk))
    if urgent:
        talk.say(response, words)
    listening = Gather(
        input="speech dtmf",
        action=action,
        language=talk.speaker.language,
        hints=talk.hints,
        speech_timeout="auto",
        num_digits=digits,
        timeout=SILENCE,
    )
    talk.say(listening, "" if urgent else words)
    response.append(listening)
    # Silence ends a Gather without its action: going there all the same lets the desk ask again.
    response.redirect(action, method="POST")
    return _well_formed(response)


def transfer(talk: Talk, words: str, number: str, call: str, *, whisper: bool = True) -> str:
    """Says `words` and rings a person, who hears what it is about first and takes the call by a key."""
    response = VoiceResponse()
    talk.say(response, words)
    dial = Dial(
        action=talk.url("after-transfer", whispered=int(whisper)),
        timeout=RINGING,
        answer_on_bridge="true",
    )
    if whisper:
        dial.number(number, url=talk.url("whisper", call=call))
    else:
        dial.number(number)
    response.append(dial)
    return _well_formed(response)


def whisper(talk: Talk, words: str, call: str) -> str:
    """Tells the person who was rung what it is about; without a key the call is not theirs."""
    response = VoiceResponse()
    listening = Gather(input="dtmf", num_digits=1, action=talk.url("accept", call=call), timeout=SILENCE)
    talk.say(listening, words)
    response.append(listening)
    response.hangup()
    return _well_formed(response)


def voicemail(talk: Talk, words: str, otherwise: str) -> str:
    """Takes a message after `words`; says `otherwise` to who leaves none."""
    response = VoiceResponse()
    talk.say(response, words)
    response.record(
        action=talk.url("voicemail"),
        max_length=LONGEST_MESSAGE,
        timeout=END_OF_MESSAGE,
        finish_on_key="#",
        play_beep=True,
        transcribe=True,
        transcribe_callback=talk.url("transcript"),
    )
    talk.say(response, otherwise)
    response.hangup()
    return _well_formed(response)


def farewell(talk: Talk, words: str = "") -> str:
    """Says `words`, if any, and hangs up."""
    response = VoiceResponse()
    talk.say(response, words)
    response.hangup()
    return _well_formed(response)


def busy() -> str:
    """The caller hears the engaged tone."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return _well_formed(response)


def go_on(talk: Talk, words: str = "") -> str:
    """Says `words`, if any, and lets the call take its course."""
    response = VoiceResponse()
    talk.say(response, words)
    return _well_formed(response)


def text_messages(texts: list[str]) -> str:
    """Answers a text message with others, each cut to what one can hold."""
    response = MessagingResponse()
    for text in texts:
        response.message(text[:MOST_TEXT])
    return _well_formed(response)


def _well_formed(response: VoiceResponse | MessagingResponse) -> str:
    """The document without characters that XML can't hold, whoever wrote them: Twilio would drop the call."""
    return _NO_XML.sub("", str(response))


def _recording(talk: Talk) -> Start:
    start = Start()
    start.recording(recording_status_callback=talk.url("recording"), trim="trim-silence")
    return start
