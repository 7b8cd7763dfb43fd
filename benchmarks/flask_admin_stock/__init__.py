"""Stock Flask-Admin 2.2, tuned as its documentation says."""
