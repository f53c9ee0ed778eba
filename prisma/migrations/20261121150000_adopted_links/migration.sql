-- AlterTable
ALTER TABLE "Network" ADD COLUMN "adopted" BOOLEAN NOT NULL DEFAULT false;
