;;; inhouse-chat.el --- Chat documents -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; A chat is a Markdown buffer whose name ends in .chat.md.  The answer is
;; inserted at a marker while it comes, so that you can go on writing.

;;; Code:

(require 'inhouse-document)

(declare-function inhouse-model "inhouse")
(declare-function inhouse-stop "inhouse")
(declare-function markdown-mode "markdown-mode")

(defvar-local inhouse--answer nil
  "Where the answer under way is inserted: a marker, or nil.")
(defvar-local inhouse--answer-undo nil
  "`buffer-undo-list' as the last piece of the answer left it.")

(defvar inhouse-chat-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'inhouse-chat-send)
    (define-key map (kbd "C-c C-k") #'inhouse-stop)
    (define-key map (kbd "C-c RET") #'inhouse-model)
    map)
  "Keys of a chat document.")

;;;###autoload
(define-minor-mode inhouse-chat-mode
  "A chat document: \\[inhouse-chat-send] sends, \\[inhouse-stop] stops."
  :lighter (" Chat" inhouse-mode-line)
  (if inhouse-chat-mode (inhouse-sync) (inhouse--close)))

;;;###autoload
(defun inhouse-chat-document ()
  "Markdown, or text where there is no mode for it, as a chat document."
  (if (require 'markdown-mode nil t) (markdown-mode) (text-mode))
  (inhouse-chat-mode))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.chat\\.md\\'" . inhouse-chat-document))

;;;###autoload
(defun inhouse-chat ()
  "Begin a chat document; with an active region it links to those lines."
  (interactive)
  (let ((link (and buffer-file-name (use-region-p) (inhouse--link)))
        (root (inhouse--root)))
    (pop-to-buffer (get-buffer-create (inhouse--new-chat-name)))
    (setq default-directory root)
    (insert "## You\n\n" (if link (concat link "\n\n") ""))
    (inhouse-chat-document)))

(defun inhouse--new-chat-name ()
  "The name of a chat that there is no buffer of."
  (cl-loop for number from 1
           for name = (format "chat-%d.chat.md" number)
           unless (get-buffer name) return name))

(defun inhouse--link ()
  "A Markdown link to the lines of the region."
  (format "[%s](%s#L%d-L%d)"
          (file-name-nondirectory buffer-file-name)
          (url-hexify-string
           (file-relative-name buffer-file-name (inhouse--root))
           url-path-allowed-chars)
          (line-number-at-pos (region-beginning) t)
          (line-number-at-pos (max (region-beginning) (1- (region-end))) t)))

(defun inhouse-chat-send ()
  "Send the last question.  Go on editing while the answer comes."
  (interactive)
  (when inhouse--answer (user-error "An answer is under way; stop it first"))
  (inhouse-sync)
  (let ((token (symbol-name (cl-gensym "inhouse-chat-")))
        (buffer (current-buffer)))
    (setq inhouse--answer (copy-marker (inhouse--end-of-question))
          inhouse--answer-undo nil)
    (undo-boundary)
    (setf (alist-get token inhouse--streams nil nil #'equal)
          (lambda (value) (inhouse--answer-value buffer value)))
    (inhouse-execute-async
     "inhouse.chat" (list :uri (inhouse--uri) :partialResultToken token)
     (lambda (_result) (inhouse--answer-end token buffer))
     (lambda (failure)
       (when (eql (plist-get failure :code) inhouse--gone)
         (inhouse--answer-lost buffer))
       (inhouse--answer-end token buffer)
       (inhouse--failed failure)))))

(defun inhouse--end-of-question ()
  "The place of an answer to the last question: behind its last word."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-max))
      (skip-chars-backward " \t\n\r\f")
      (point))))

(defun inhouse--answer-value (buffer value)
  "Put VALUE, a piece of the stream, into BUFFER."
  (pcase (plist-get value :kind)
    ("notice" (message "Inhouse: %s" (plist-get value :message)))
    ((or "text" "heading")
     (when (buffer-live-p buffer)
       (with-current-buffer buffer
         (when inhouse--answer
           (inhouse--answer-insert (plist-get value :text))))))))

(defun inhouse--answer-lost (buffer)
  "Mark what there is of the answer in BUFFER: the server is no more."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (when inhouse--answer-undo
        (inhouse--answer-insert
         "\n\n*Inhouse: failed. The server ended.*\n\n## You\n\n")))))

(defun inhouse--answer-end (token buffer)
  "No more comes for TOKEN into BUFFER."
  (setf (alist-get token inhouse--streams nil t #'equal) nil)
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (when (inhouse--at-answer-p (point-max))
        (inhouse--take-along (inhouse--followers) (point-max)))
      (setq inhouse--answer nil
            inhouse--answer-undo nil)
      (undo-boundary))))

(defun inhouse--answer-insert (text)
  "Insert TEXT at the marker.
Point stays where it is, unless it is where the answer ends: there it goes
along.  All of an answer is one undo step, unless somebody types meanwhile."
  (when (and inhouse--answer-undo
             (null (car-safe buffer-undo-list))
             (eq (cdr-safe buffer-undo-list) inhouse--answer-undo))
    (pop buffer-undo-list))
  (let ((followers (inhouse--followers)))
    (save-excursion
      (save-restriction
        (widen)
        (goto-char inhouse--answer)
        (insert text)
        (set-marker inhouse--answer (point))))
    (inhouse--take-along followers inhouse--answer))
  (setq inhouse--answer-undo buffer-undo-list))

(defun inhouse--followers ()
  "The windows whose point is where the answer ends, and t if the buffer's is."
  (append (and (inhouse--at-answer-p (point)) '(t))
          (seq-filter (lambda (window)
                        (inhouse--at-answer-p (window-point window)))
                      (get-buffer-window-list nil nil t))))

(defun inhouse--take-along (followers place)
  "Move the points of FOLLOWERS to PLACE."
  (dolist (follower followers)
    (if (windowp follower)
        (set-window-point follower place)
      (goto-char place))))

(defun inhouse--at-answer-p (where)
  "Whether WHERE is at the marker, or behind it with only blanks between."
  (and (<= inhouse--answer where)
       (string-blank-p (inhouse--text inhouse--answer where))))

(provide 'inhouse-chat)
;;; inhouse-chat.el ends here
