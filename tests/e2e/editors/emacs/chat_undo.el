;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Look around while an answer comes, then undo once."
  (inhouse-chat)
  (t-keys "H e l l o ?")
  (let ((before (t-text)) after)
    (t-keys "C-c C-c")
    (t-until "some of the answer" (lambda () (t-has "piece 3")))
    (t-keys "M-< C-n")
    (t-until "the answer" (lambda () (not inhouse--answer)))
    (setq after (t-text))
    (t-keys "C-/")
    (list :before before :after after :undone (t-text)
          :log (t-text (jsonrpc-events-buffer inhouse--connection)))))
