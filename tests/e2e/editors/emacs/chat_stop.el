;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Stop in mid-answer."
  (inhouse-chat)
  (t-keys "C o u n t . C-c C-c")
  (t-until "some of the answer" (lambda () (t-has "piece 3")))
  (t-keys "C-c C-k")
  (t-until "its end" (lambda () (not inhouse--answer)))
  (list :text (t-text)))
