"""What Linux lets an unprivileged thread give up for good; only the standard library is used here."""
