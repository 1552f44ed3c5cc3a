;;; -*- lexical-binding: t; -*-
(load (expand-file-name "ghost" (file-name-directory load-file-name)))
(defun t-script ()
  "Type until a suggestion shows, type along it, and take the rest."
  (t-open "a.py")
  (inhouse-completion-mode)
  (t-keys "C-n C-e SPC a")
  (let ((shown (t-until "a suggestion" #'t-ghost)) along word accepted undone)
    (t-keys "SPC")
    (setq along (t-ghost))
    (t-keys "M-f")
    (setq word (t-ghost))
    (t-keys "TAB")
    (setq accepted (t-line))
    (t-keys "C-/")
    (setq undone (t-line))
    (list :shown shown :along along :word (or word "") :accepted accepted
          :undone undone :left (or (t-ghost) ""))))
