"""The elements and attributes of TwiML that the phone may use, for warnings as Twilio gives them."""

from __future__ import annotations

from collections.abc import Mapping

_CALLBACK = "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent"

#: Element → its attributes.
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    name: frozenset(known.split())
    for name, known in {
        "Say": "voice language loop",
        "Play": "loop digits",
        "Pause": "length",
        "Gather": """action method timeout language input finishOnKey numDigits speechTimeout speechModel
            enhanced hints maxSpeechTime partialResultCallback partialResultCallbackMethod profanityFilter
            actionOnEmptyResult bargeIn debug""",
        "Connect": "action method",
        "ConversationRelay": """url language ttsLanguage transcriptionLanguage ttsProvider voice speechModel
            transcriptionProvider profanityFilter dtmfDetection welcomeGreeting partialPrompts
            welcomeGreetingInterruptible interruptible preemptible hints intelligenceService
            reportInputDuringAgentSpeech elevenlabsTextNormalization interruptSensitivity debug events
            speechTimeout ignoreBackchannel deepgramSmartFormat backgroundNoiseReduction
            partialPromptOnHangup applicationReconnect eagerEotThreshold asrSmartFormat ttsTextNormalization
            echoPromptFiltering turnDetection includeInPrompt""",
        "Parameter": "name value",
        "Language": "code ttsProvider voice transcriptionProvider speechModel",
        "Dial": f"""action method timeout answerOnBridge callerId hangupOnStar timeLimit record ringTone
            recordingTrack trim {_CALLBACK}""",
        "Number": "url method statusCallback statusCallbackEvent statusCallbackMethod sendDigits",
        "Record": f"""action method timeout finishOnKey maxLength playBeep trim transcribe
            transcribeCallback {_CALLBACK}""",
        "Redirect": "method",
        "Hangup": "",
        "Reject": "reason",
        "Start": "",
        "Stop": "",
        "Recording": f"trim track channels {_CALLBACK}",
        # inside <Say>
        "break": "strength time",
        "emphasis": "level",
        "p": "",
        "prosody": "volume rate pitch",
        "s": "",
        "say-as": "interpret-as role",
    }.items()
}
