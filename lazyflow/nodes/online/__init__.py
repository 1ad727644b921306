"""Models behind a provider's API: what is asked, how it is read, and what is said when it fails."""
