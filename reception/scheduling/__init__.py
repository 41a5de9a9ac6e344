"""The calendar's rules and the bookings made under them."""
