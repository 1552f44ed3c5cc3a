;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Begin a chat about some lines, save it, and send it from its file."
  (t-open "a b.py")
  (t-keys "C-SPC C-n")
  (inhouse-chat)
  (t-keys "W h a t SPC i s SPC t h i s ?")
  (let ((text (t-text)))
    (write-file "talk.chat.md")
    (t-keys "C-c C-c")
    (t-until "the answer" (lambda () (not inhouse--answer)))
    (list :text text :mode (format "%s" major-mode)
          :answered (string-remove-prefix text (t-text)))))
