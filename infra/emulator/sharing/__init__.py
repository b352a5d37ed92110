"""Delta Sharing: shares and recipients. Nothing is shared with anybody."""
