;;; -*- lexical-binding: t; -*-
(defun t-ghost ()
  "What is shown and not there."
  (when-let ((shown inhouse--suggestion))
    (substring-no-properties
     (overlay-get (inhouse--suggestion-overlay shown) 'after-string))))

(defun t-line ()
  "The line of point."
  (buffer-substring-no-properties (line-beginning-position) (line-end-position)))
