/** The widget's sentences in the practice's language, as the service sends them: nothing is said in code. */
export interface Words {
  dir: string;
  launcher: string;
  unread: string;
  close: string;
  assistant: string;
  with_team: string;
  team_comes: string;
  ended: string;
  you: string;
  desk: string;
  staff: string;
  typing: string;
  emergency: string;
  privacy: string;
  call: string;
  start_over: string;
  start_over_sure: string;
  start_over_yes: string;
  start_over_no: string;
  conversation: string;
  suggested: string;
  your_message: string;
  name: string;
  phone: string;
  email: string;
  send: string;
  in_words: string;
  in_fields: string;
  date_of_birth: string;
  day: string;
  month: string;
  year: string;
  date_unfinished: string;
  date_wrong: string;
  pick_day: string;
  characters_left: string;
  too_long: string;
  pasted_part: string;
  not_sent: string;
  offline: string;
  slow_down: string;
  away: string;
  away_at_start: string;
  or_call: string;
  try_now: string;
  refused: string;
  closed: string;
  lost: string;
  start_new: string;
  not_here: string;
  please_call: string;
  your_appointment: string;
  with_practitioner: string;
  add_to_calendar: string;
  calendar_failed: string;
}

/** A sentence with its `{names}` filled in. */
export function filled(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
