-- CreateTable
CREATE TABLE "HistoryStretch" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "from" DATETIME NOT NULL,
    "to" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "HistoryPart" (
    "sequence" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "stretchId" TEXT NOT NULL,
    "isBase" BOOLEAN NOT NULL,
    "at" DATETIME NOT NULL,
    "data" BLOB NOT NULL
);

-- CreateIndex
CREATE INDEX "HistoryPart_at_idx" ON "HistoryPart"("at");
