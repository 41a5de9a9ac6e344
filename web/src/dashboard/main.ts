// The staff dashboard: pages are rendered by the server, htmx keeps them fresh.
import "./dashboard.css";
import "htmx.org";
