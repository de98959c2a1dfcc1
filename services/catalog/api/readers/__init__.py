"""The catalogue for readers: forms, pages, sheets, fragments, feeds, subscriptions."""
