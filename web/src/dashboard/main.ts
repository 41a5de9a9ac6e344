// The staff dashboard: pages are rendered by the server, htmx keeps them fresh, keys do what the mouse does.
import "./dashboard.css";
import "./settings.css";
import htmx from "htmx.org";
import { watchAlarms } from "./alarm";
import { keepDrafts } from "./drafts";
import { showFlashes } from "./flash";
import { listenForKeys } from "./keys";
import { follow } from "./live";
import { openDialogs, scrollTranscripts, searchEarly, sendChoices, showWhereOneIs, tellAges } from "./pieces";
import { proposeZone } from "./settings";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
follow();
showFlashes();
listenForKeys();
watchAlarms();
keepDrafts();
openDialogs();
scrollTranscripts();
tellAges();
showWhereOneIs();
sendChoices();
proposeZone();
addEventListener("load", searchEarly);
