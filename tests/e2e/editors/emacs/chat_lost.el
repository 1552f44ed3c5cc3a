;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Something goes away in mid-answer: the backend, or the server."
  (inhouse-chat)
  (t-keys "C o u n t . C-c C-c")
  (t-until "some of the answer" (lambda () (t-has "piece 3")))
  (when (eq t (plist-get t-values :kill))
    (signal-process (jsonrpc--process inhouse--connection) 'SIGKILL))
  (t-until "its end" (lambda () (not inhouse--answer)))
  (list :text (t-text) :messages (t-text (messages-buffer))))
